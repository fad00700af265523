"""HTTP for photos: upload by tus 1.0 (https://tus.io/protocols/resumable-upload), and reading."""

import hashlib
from base64 import b64encode
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, cast
from uuid import UUID

from flask import Response, request, send_file
from flask_smorest import Blueprint
from werkzeug.exceptions import (
    BadRequest,
    PreconditionFailed,
    RequestEntityTooLarge,
    UnsupportedMediaType,
)
from werkzeug.http import http_date

from gridsvc.accountability.access import visible_grids
from gridsvc.audit.receipts import receipts
from gridsvc.clock import utc_now
from gridsvc.digests import canonical
from gridsvc.errors import DomainError
from gridsvc.identity import Caller, caller, member, open_to_all
from gridsvc.media import queries
from gridsvc.media.models import Media, Photo, Upload
from gridsvc.media.receive import announce, append, complete, find, standing
from gridsvc.media.rules import (
    MOST_BYTES,
    Announcement,
    ChecksumMismatch,
    PhotoUnknown,
)
from gridsvc.media.schemas import (
    AnnouncementSchema,
    DeclaredPhotosSchema,
    PhotosQuerySchema,
    PieceSchema,
)
from gridsvc.pictures import examine
from gridsvc.problems import describe, problem
from gridsvc.quarantine import keep_aside
from gridsvc.session import transaction
from gridsvc.signing import signer
from gridsvc.store import store

VERSION = "1.0.0"
EXTENSIONS = "creation,checksum,expiration"
ALGORITHMS = ("sha256", "sha1")
PIECE = "application/offset+octet-stream"
AT_ONCE = 64 * 1024
IN_MEMORY = 1024 * 1024

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
            "Tus-Max-Size": MOST_BYTES,
            "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
        },
    )


@uploads.post("")
@uploads.arguments(AnnouncementSchema, location="headers")
@uploads.response(201, description="Send its bytes to Location, from Upload-Offset on")
@uploads.alt_response(200, description="You sent these bytes before: here is the receipt")
@uploads.alt_response(413, "REQUEST_ENTITY_TOO_LARGE")
@member
def post_media(told: Announcement) -> Response:
    """Announce a photo by its SHA-256. What the caller has sent before is not sent again."""
    _need_tus()
    if told.length > MOST_BYTES:
        raise RequestEntityTooLarge(f"A photo has at most {MOST_BYTES} bytes.")
    who = caller()
    with transaction(who.jurisdiction_id) as session:
        files = store(who.jurisdiction_id)
        upload = announce(session, files, told, by=who.actor, now=utc_now())
        is_whole = standing(files, upload) == upload.length
    if is_whole:
        return _finished(who, upload.id, 200)
    return _empty(201, _progress(who, upload))


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
        return _finished(who, upload_id, 200)
    return _empty(200, progress)


@uploads.patch("/uploads/<uuid:upload_id>")
@uploads.doc(requestBody={"required": True, "content": {PIECE: {"schema": {"type": "string"}}}})
@uploads.arguments(PieceSchema, location="headers")
@uploads.response(204, description="The last piece is answered with a Media-Receipt")
@uploads.alt_response(404, "NOT_FOUND")
@uploads.alt_response(409, "CONFLICT")
@uploads.alt_response(410, "GONE")
@member
def patch_upload(piece: dict[str, Any], upload_id: UUID) -> Response:
    """Take in a piece of an upload, at the offset where it stands."""
    _need_tus()
    if request.mimetype != PIECE:
        raise UnsupportedMediaType(f"A piece is {PIECE}.")
    who = caller()
    with SpooledTemporaryFile(IN_MEMORY) as spool:
        body = cast(BinaryIO, spool)
        if not _read(body, piece["checksum"]):
            return _mismatch(ChecksumMismatch("This piece is not what its checksum says."))
        with transaction(who.jurisdiction_id) as session:
            files = store(who.jurisdiction_id)
            where, now = piece["offset"], utc_now()
            upload = append(session, files, upload_id, where, body, by=who.actor, now=now)
    if upload.offset == upload.length:
        return _finished(who, upload_id, 204)
    return _empty(204, _progress(who, upload))


def _need_tus() -> None:
    if request.headers.get("Tus-Resumable") != VERSION:
        raise ForeignTus(f"This speaks tus {VERSION}.")


def _read(body: BinaryIO, checksum: tuple[str, bytes] | None) -> bool:
    """Take the request's bytes into `body`, before anything is locked; say if the sum is right."""
    algorithm, expected = checksum or (ALGORITHMS[0], None)
    if algorithm not in ALGORITHMS:
        raise BadRequest(f"Checksums are of {', '.join(ALGORITHMS)}.")
    found, left = hashlib.new(algorithm), MOST_BYTES
    while piece := request.stream.read(AT_ONCE):
        left -= len(piece)
        if left < 0:
            raise RequestEntityTooLarge(f"A photo has at most {MOST_BYTES} bytes.")
        found.update(piece)
        body.write(piece)
    return expected is None or found.digest() == expected


def _finished(who: Caller, upload_id: UUID, status: int) -> Response:
    """Complete an upload whose bytes are all there, once; answer with its receipt."""
    now, files = utc_now(), store(who.jurisdiction_id)
    with transaction(who.jurisdiction_id) as session:
        upload = find(session, upload_id, by=who.actor, now=now)
        refusal = None
        if upload.completed_at is None and standing(files, upload) == upload.length:
            refusal = complete(session, files, upload, by=who.actor, now=now)
    if refusal is not None:
        return _refused(who, upload, refusal)
    with transaction(who.jurisdiction_id) as session:
        receipt = receipts(session, [upload_id], signer()).get(upload_id)
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
@member
def get_photo(sha256: str) -> Response:
    """Return an original as it was sent, to its sender and to who may see a record that has it."""
    media = _visible(sha256)
    return _for_ever(store(caller().jurisdiction_id).original(sha256), media.media_type)


@photos.get("/media/<string(length=64):sha256>/thumb")
@photos.response(200, description="A JPEG of at most 320 pixels and 20 kB")
@photos.alt_response(404, "NOT_FOUND")
@member
def get_thumb(sha256: str) -> Response:
    """Return a small upright picture without EXIF. One that was lost is made again."""
    _visible(sha256)
    files = store(caller().jurisdiction_id)
    if not files.thumb(sha256).exists():
        files.write(files.thumb(sha256), examine(files.original(sha256)).thumb)
    return _for_ever(files.thumb(sha256), "image/jpeg")


def _visible(sha256: str) -> Media:
    who = caller()
    with transaction(who.jurisdiction_id) as session:
        grids = visible_grids(session, "field.read")
        media = queries.media_for(session, sha256, grids, who.person_id)
    if media is None:
        raise PhotoUnknown("There is no such photo, or none that you may see.")
    return media


def _for_ever(path: Any, media_type: str) -> Response:
    response = send_file(path, media_type, download_name=path.name, etag=path.name)
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
    return {"items": [_item(photo, absent) for photo in found]}


def _item(photo: Photo, absent: set[str]) -> dict[str, Any]:
    return {**vars(photo), "arrived": photo.sha256 not in absent}
