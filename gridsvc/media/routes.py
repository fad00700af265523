"""HTTP for photos: upload by tus 1.0 (https://tus.io/protocols/resumable-upload), and reading."""

import hashlib
from base64 import b64encode
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, cast
from uuid import UUID

from flask import Response, request, send_file
from flask_smorest import Blueprint
from werkzeug.exceptions import (
    BadRequest,
    PreconditionFailed,
    RequestEntityTooLarge,
    ServiceUnavailable,
    UnsupportedMediaType,
)
from werkzeug.http import http_date
from werkzeug.wsgi import FileWrapper

from gridsvc.accountability.access import visible_grids
from gridsvc.audit.receipts import receipts
from gridsvc.bucket import StoreFault
from gridsvc.clock import utc_now
from gridsvc.digests import canonical
from gridsvc.errors import DomainError
from gridsvc.identity import Caller, caller, member, open_to_all
from gridsvc.media import queries
from gridsvc.media.captions import caption
from gridsvc.media.look import thumb_of
from gridsvc.media.models import Media, Photo, Upload
from gridsvc.media.receive import announce, append, complete, find, standing
from gridsvc.media.rules import (
    MOST_OF_ALL,
    Announcement,
    ChecksumMismatch,
    NoFontHere,
    NothingToShow,
    PhotoLost,
    PhotoUnknown,
)
from gridsvc.media.schemas import (
    AnnouncementSchema,
    DeclaredPhotosSchema,
    PhotosQuerySchema,
    PieceSchema,
    RecordQuerySchema,
)
from gridsvc.problems import describe, problem
from gridsvc.quarantine import keep_aside
from gridsvc.session import Session, transaction
from gridsvc.signing import signer
from gridsvc.store import Kept, OnDisk, store
from gridsvc.watermark import font_file, marked

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,checksum,expiration"
ALGORITHMS = ("sha256", "sha1")
PIECE = "application/offset+octet-stream"
AT_ONCE = 64 * 1024
IN_MEMORY = 1024 * 1024
TRY_AGAIN_S = 30

uploads = Blueprint(
    "uploads", __name__, url_prefix="/api/v1/media", description="Photos on their way in, by tus"
)
photos = Blueprint("photos", __name__, url_prefix="/api/v1", description="Photos that are there")


class ForeignTus(PreconditionFailed):
    """The client speaks another version of tus, or none."""

    def get_headers(self, *args: Any, **options: Any) -> list[tuple[str, str]]:
        return [*super().get_headers(*args, **options), ("Tus-Version", VERSION)]


@uploads.after_request
def _speak_tus(response: Response) -> Response:
    response.headers["Tus-Resumable"] = VERSION
    response.headers["Cache-Control"] = "no-store"
    return response


@uploads.errorhandler(StoreFault)
@photos.errorhandler(StoreFault)
def _no_store(fault: StoreFault) -> Any:
    raise ServiceUnavailable(str(fault), retry_after=TRY_AGAIN_S) from fault


@uploads.route("", methods=["OPTIONS"], provide_automatic_options=False)
@uploads.response(204)
@open_to_all
def options_media() -> Response:
    """Say which parts of tus are spoken here."""
    return _empty(
        204,
        {
            "Tus-Version": VERSION,
            "Tus-Extension": EXTENSIONS,
            "Tus-Max-Size": MOST_OF_ALL,
            "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
        },
    )


@dataclass(frozen=True)
class Piece:
    """Bytes that a request brought: a part of a photo, or all of it."""

    body: BinaryIO
    length: int
    sha256: str
    is_sound: bool  # it is what its checksum says, if there is one


@uploads.post("")
@uploads.arguments(AnnouncementSchema, location="headers")
@uploads.response(201, description="Send its bytes to Location, from Upload-Offset on")
@uploads.alt_response(200, description="You sent these bytes before: here is the receipt")
@uploads.alt_response(413, "REQUEST_ENTITY_TOO_LARGE")
@member
def post_media(told: Announcement) -> Response:
    """Announce a photo by its SHA-256, with its first bytes or all of them, or with none.

    What the caller has sent before is not sent again.
    """
    _need_tus()
    if told.length > told.most_bytes:
        raise RequestEntityTooLarge(f"A {told.media_type} has at most {told.most_bytes} bytes.")
    with SpooledTemporaryFile(IN_MEMORY) as spool:
        piece = _read(cast(BinaryIO, spool), told.checksum) if _brings_bytes() else None
        return _announced(caller(), told, piece)


def _announced(who: Caller, told: Announcement, piece: Piece | None) -> Response:
    if piece is not None and not piece.is_sound:
        return _mismatch(UNSOUND)
    files, refusal = store(who.jurisdiction_id), None
    with transaction(who.jurisdiction_id) as session:
        upload = announce(session, files, told, by=who.actor, now=utc_now())
        was_whole = standing(files, upload) == upload.length
        if piece is not None and not was_whole and standing(files, upload) == 0:
            refusal = _take(session, who, upload.id, 0, piece)[1]
    if refusal is not None:
        return _refused(who, upload, refusal)
    if upload.offset < upload.length:
        return _empty(201, _progress(who, upload))
    return _finished(who, upload, 200 if was_whole else 201)


@uploads.route("/uploads/<uuid:upload_id>", methods=["HEAD"])
@uploads.response(200, description="Upload-Offset says from where to go on")
@uploads.alt_response(404, "NOT_FOUND")
@uploads.alt_response(410, "GONE")
@member
def head_upload(upload_id: UUID) -> Response:
    """Say how far an upload has got."""
    _need_tus()
    who = caller()
    with transaction(who.jurisdiction_id) as session:
        upload = find(session, upload_id, by=who.actor, now=utc_now())
        progress = _progress(who, upload)
    if int(progress["Upload-Offset"]) == upload.length:
        return _finished(who, upload, 200)
    return _empty(200, progress)


@uploads.patch("/uploads/<uuid:upload_id>")
@uploads.doc(requestBody={"required": True, "content": {PIECE: {"schema": {"type": "string"}}}})
@uploads.arguments(PieceSchema, location="headers")
@uploads.response(204, description="The last piece is answered with a Media-Receipt")
@uploads.alt_response(404, "NOT_FOUND")
@uploads.alt_response(409, "CONFLICT")
@uploads.alt_response(410, "GONE")
@member
def patch_upload(told: dict[str, Any], upload_id: UUID) -> Response:
    """Take in a piece of an upload, at the offset where it stands."""
    _need_tus()
    if not _brings_bytes():
        raise UnsupportedMediaType(f"A piece is {PIECE}.")
    who = caller()
    with SpooledTemporaryFile(IN_MEMORY) as spool:
        piece = _read(cast(BinaryIO, spool), told["checksum"])
        if not piece.is_sound:
            return _mismatch(UNSOUND)
        with transaction(who.jurisdiction_id) as session:
            upload, refusal = _take(session, who, upload_id, told["offset"], piece)
    if refusal is not None:
        return _refused(who, upload, refusal)
    if upload.offset == upload.length:
        return _finished(who, upload, 204)
    return _empty(204, _progress(who, upload))


UNSOUND = ChecksumMismatch("This piece is not what its checksum says.")


def _take(
    session: Session, who: Caller, upload_id: UUID, offset: int, piece: Piece
) -> tuple[Upload, DomainError | None]:
    """Add a piece to its upload. One that is all of it completes it, in the same transaction.

    Otherwise the last piece is committed before it is looked at: it is not sent again then,
    should the worker die.
    """
    files, now = store(who.jurisdiction_id), utc_now()
    upload = append(session, files, upload_id, offset, piece.body, by=who.actor, now=now)
    if upload.completed_at is not None or piece.length < upload.length:
        return upload, None
    sum_ = piece.sha256
    return upload, complete(session, files, upload, by=who.actor, now=now, sha256=sum_)


def _need_tus() -> None:
    if request.headers.get("Tus-Resumable") != VERSION:
        raise ForeignTus(f"This speaks tus {VERSION}.")


def _brings_bytes() -> bool:
    return request.mimetype == PIECE


def _read(body: BinaryIO, checksum: tuple[str, bytes] | None) -> Piece:
    """Take the request's bytes into `body`, before anything is locked."""
    algorithm, expected = checksum or (ALGORITHMS[0], None)
    if algorithm not in ALGORITHMS:
        raise BadRequest(f"Checksums are of {', '.join(ALGORITHMS)}.")
    sha256, length = hashlib.sha256(), 0
    found = sha256 if algorithm == "sha256" else hashlib.new(algorithm)
    while part := request.stream.read(AT_ONCE):
        length += len(part)
        if length > MOST_OF_ALL:
            raise RequestEntityTooLarge(f"At most {MOST_OF_ALL} bytes.")
        for digest in {sha256, found}:
            digest.update(part)
        body.write(part)
    is_sound = expected is None or found.digest() == expected
    return Piece(body, length, sha256.hexdigest(), is_sound)


def _finished(who: Caller, upload: Upload, status: int) -> Response:
    """Complete an upload whose bytes are all there, once; answer with its receipt."""
    if upload.completed_at is None:
        now, files = utc_now(), store(who.jurisdiction_id)
        with transaction(who.jurisdiction_id) as session:
            upload, refusal = find(session, upload.id, by=who.actor, now=now), None
            if upload.completed_at is None and standing(files, upload) == upload.length:
                refusal = complete(session, files, upload, by=who.actor, now=now)
        if refusal is not None:
            return _refused(who, upload, refusal)
    with transaction(who.jurisdiction_id) as session:
        receipt = receipts(session, [upload.id], signer()).get(upload.id)
    headers = _progress(who, upload)
    if receipt:
        headers["Media-Receipt"] = b64encode(canonical(receipt)).decode()
    return _empty(status, headers)


def _refused(who: Caller, upload: Upload, refusal: DomainError) -> Response:
    """Answer for bytes that are not the photo announced. If they are kept, it is to be seen."""
    if isinstance(refusal, ChecksumMismatch):
        return _mismatch(refusal)
    if store(who.jurisdiction_id).aside(upload.sha256).exists():
        told = {"sha256": upload.sha256, "length": upload.length, "filetype": upload.media_type}
        sent = {"kind": "media", "id": str(upload.id), "body": told}
        with transaction(who.jurisdiction_id) as session:
            aside = [(sent, refusal.verdict, describe(refusal))]
            keep_aside(session, aside, sender_id=who.person_id, by=who.actor, now=utc_now())
    raise refusal


def _mismatch(refusal: ChecksumMismatch) -> Response:
    return problem(460, **describe(refusal))  # tus made this status up


def _progress(who: Caller, upload: Upload) -> dict[str, Any]:
    told = {
        "Location": f"/api/v1/media/uploads/{upload.id}",
        "Upload-Offset": standing(store(who.jurisdiction_id), upload),
        "Upload-Length": upload.length,
    }
    done = upload.completed_at is not None
    return told if done else told | {"Upload-Expires": http_date(upload.expires_at)}


def _empty(status: int, headers: dict[str, Any]) -> Response:
    response = Response(status=status)
    for name, value in headers.items():
        response.headers[name] = str(value)
    return response


@photos.get("/media/<string(length=64):sha256>")
@photos.response(200, description="The photo, byte for byte")
@photos.alt_response(404, "NOT_FOUND")
@photos.alt_response(410, "GONE")
@member
def get_photo(sha256: str) -> Response:
    """Return an original as it was sent, to its sender and to who may see a record that has it."""
    media = _visible(sha256)
    kept = store(caller().jurisdiction_id).original(sha256)
    try:
        return _for_ever(_streamed(kept, media))
    except FileNotFoundError:
        raise _lost(sha256) from None


@photos.get("/media/<string(length=64):sha256>/thumb")
@photos.response(200, description="A JPEG of at most 320 pixels and 20 kB")
@photos.alt_response(404, "NOT_FOUND")
@photos.alt_response(410, "GONE")
@member
def get_thumb(sha256: str) -> Response:
    """Return a small upright picture without EXIF. One that is not there yet is made."""
    media = _visible(sha256)
    _need_picture(media)
    try:
        return _for_ever(_jpeg(thumb_of(store(caller().jurisdiction_id), sha256)))
    except FileNotFoundError:
        raise _lost(sha256) from None


@photos.get("/media/<string(length=64):sha256>/watermarked")
@photos.arguments(RecordQuerySchema, location="query")
@photos.response(200, description="A JPEG of at most 1600 pixels with time, place and name on it")
@photos.alt_response(404, "NOT_FOUND")
@photos.alt_response(410, "GONE")
@member
def get_watermarked(query: dict[str, Any], sha256: str) -> Response:
    """Return a rendering of a photo as a record declares it: its original has no such words."""
    media, who = _visible(sha256), caller()
    _need_picture(media)
    with transaction(who.jurisdiction_id) as session:
        grids = visible_grids(session, "field.read")
        declared = queries.declared_as(session, sha256, grids, who.person_id, query.get("record"))
        if declared is None:
            raise PhotoUnknown("No record that you may see declares it.")
        lines = caption(session, declared)
    font = font_file()
    if font is None:
        raise NoFontHere("Install fonts-noto-cjk on the server.", lines=lines)
    try:
        with store(who.jurisdiction_id).original(sha256).open() as file:
            return _jpeg(marked(file, lines, font))
    except FileNotFoundError:
        raise _lost(sha256) from None


def _visible(sha256: str) -> Media:
    who = caller()
    with transaction(who.jurisdiction_id) as session:
        grids = visible_grids(session, "field.read")
        media = queries.media_for(session, sha256, grids, who.person_id)
    if media is None:
        raise PhotoUnknown("There is no such photo, or none that you may see.")
    return media


def _need_picture(media: Media) -> None:
    if media.width_px is None:
        raise NothingToShow(f"It is {media.media_type}.", media_type=media.media_type)


def _lost(sha256: str) -> PhotoLost:
    return PhotoLost("The store of photos does not have it.", sha256=sha256)


def _streamed(kept: Kept, media: Media) -> Response:
    """Answer with a file as it is read, or with the part that was asked for."""
    if isinstance(kept, OnDisk):
        return send_file(kept.path, media.media_type, download_name=kept.name, etag=kept.name)
    body = cast(Any, FileWrapper(kept.open(), AT_ONCE))
    response = Response(body, mimetype=media.media_type, direct_passthrough=True)
    response.headers["Content-Disposition"] = f"inline; filename={kept.name}"
    response.content_length = media.length
    response.set_etag(kept.name)
    response.make_conditional(request, accept_ranges=True, complete_length=media.length)
    return response


def _jpeg(content: bytes) -> Response:
    response = Response(content, mimetype="image/jpeg")
    response.headers["Cache-Control"] = "private, max-age=3600"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _for_ever(response: Response) -> Response:
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@photos.get("/photos")
@photos.arguments(PhotosQuerySchema, location="query")
@photos.response(200, DeclaredPhotosSchema)
@member
def get_photos(query: dict[str, Any]) -> dict[str, Any]:
    """List the photos that a record declares: those of the caller, or of a grid they may see."""
    who = caller()
    with transaction(who.jurisdiction_id) as session:
        grids = visible_grids(session, "field.read")
        found = queries.photos_for(session, query["record"], grids, who.person_id)
        absent = set(queries.missing(session, [query["record"]]).get(query["record"], []))
        types = queries.media_types(session, {photo.sha256 for photo in found} - absent)
    return {"items": [_item(photo, absent, types) for photo in found]}


def _item(photo: Photo, absent: set[str], types: dict[str, str]) -> dict[str, Any]:
    kind = types.get(photo.sha256)
    return {**vars(photo), "arrived": photo.sha256 not in absent, "media_type": kind}
