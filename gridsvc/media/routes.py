"""HTTP for photos: upload by tus 1.0 (https://tus.io/protocols/resumable-upload), and reading."""

from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, cast
from uuid import UUID

import structlog
from flask import Response
from flask_smorest import Blueprint
from werkzeug.exceptions import (
    RequestEntityTooLarge,
    UnsupportedMediaType,
)

from gridsvc.accountability.access import visible_grids
from gridsvc.bucket import StoreFault
from gridsvc.clock import utc_now
from gridsvc.identity import caller, member, open_to_all
from gridsvc.media import queries
from gridsvc.media.answers import for_ever, jpeg, streamed
from gridsvc.media.arrive import announced, finished, refused
from gridsvc.media.captions import caption
from gridsvc.media.look import thumb_of
from gridsvc.media.models import Media, Photo
from gridsvc.media.receive import find, take
from gridsvc.media.rules import (
    Announcement,
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
from gridsvc.media.tus import (
    PIECE,
    SPOKEN,
    UNSOUND,
    VERSION,
    brings_bytes,
    empty,
    mismatch,
    need_tus,
    progress,
    read_piece,
)
from gridsvc.problems import problem
from gridsvc.session import transaction
from gridsvc.store import store
from gridsvc.watermark import font_file, marked

IN_MEMORY = 1024 * 1024
TRY_AGAIN_S = 30

log = structlog.get_logger("gridsvc.media")

uploads = Blueprint(
    "uploads", __name__, url_prefix="/api/v1/media", description="Photos on their way in, by tus"
)
photos = Blueprint("photos", __name__, url_prefix="/api/v1", description="Photos that are there")


@uploads.after_request
def _speak_tus(response: Response) -> Response:
    response.headers["Tus-Resumable"] = VERSION
    response.headers["Cache-Control"] = "no-store"
    return response


@uploads.errorhandler(StoreFault)
@photos.errorhandler(StoreFault)
def _no_store(fault: StoreFault) -> Response:
    log.warning("store_fault", reason=str(fault))
    told = {"type": "about:blank", "title": "Service Unavailable", "detail": str(fault)}
    response = problem(503, **told)
    response.headers["Retry-After"] = str(TRY_AGAIN_S)
    return response


@uploads.route("", methods=["OPTIONS"], provide_automatic_options=False)
@uploads.response(204)
@open_to_all
def options_media() -> Response:
    """Say which parts of tus are spoken here."""
    return empty(204, SPOKEN)


@uploads.post("")
@uploads.arguments(AnnouncementSchema(), location="headers")
@uploads.response(201, description="Send its bytes to Location, from Upload-Offset on")
@uploads.alt_response(200, description="You sent these bytes before: here is the receipt")
@uploads.alt_response(413, "REQUEST_ENTITY_TOO_LARGE")
@member
def post_media(told: Announcement) -> Response:
    """Announce a photo by its SHA-256, with its first bytes or all of them, or with none.

    What the caller has sent before is not sent again.
    """
    need_tus()
    if told.length > told.most_bytes:
        raise RequestEntityTooLarge(f"A {told.media_type} has at most {told.most_bytes} bytes.")
    with SpooledTemporaryFile(IN_MEMORY) as spool:
        piece = read_piece(cast(BinaryIO, spool), told.checksum) if brings_bytes() else None
        return announced(caller(), told, piece)


@uploads.route("/uploads/<uuid:upload_id>", methods=["HEAD"])
@uploads.response(200, description="Upload-Offset says from where to go on")
@uploads.alt_response(404, "NOT_FOUND")
@uploads.alt_response(410, "GONE")
@member
def head_upload(upload_id: UUID) -> Response:
    """Say how far an upload has got."""
    need_tus()
    who = caller()
    with transaction(who.jurisdiction_id) as session:
        upload = find(session, upload_id, by=who.actor, now=utc_now())
        how_far = progress(upload)
    if how_far["Upload-Offset"] == upload.length:
        return finished(who, upload, 200)
    return empty(200, how_far)


@uploads.patch("/uploads/<uuid:upload_id>")
@uploads.doc(requestBody={"required": True, "content": {PIECE: {"schema": {"type": "string"}}}})
@uploads.arguments(PieceSchema(), location="headers")
@uploads.response(204, description="The last piece is answered with a Media-Receipt")
@uploads.alt_response(404, "NOT_FOUND")
@uploads.alt_response(409, "CONFLICT")
@uploads.alt_response(410, "GONE")
@member
def patch_upload(told: dict[str, Any], upload_id: UUID) -> Response:
    """Take in a piece of an upload, at the offset where it stands."""
    need_tus()
    if not brings_bytes():
        raise UnsupportedMediaType(f"A piece is {PIECE}.")
    who = caller()
    with SpooledTemporaryFile(IN_MEMORY) as spool:
        piece = read_piece(cast(BinaryIO, spool), told["checksum"])
        if not piece.is_sound:
            return mismatch(UNSOUND)
        with transaction(who.jurisdiction_id) as session:
            files, offset, now = store(who.jurisdiction_id), told["offset"], utc_now()
            upload = find(session, upload_id, by=who.actor, now=now)
            refusal = take(session, files, upload, offset, piece, by=who.actor, now=now)
    if refusal is not None:
        return refused(who, upload, refusal)
    if upload.offset == upload.length:
        return finished(who, upload, 204)
    return empty(204, progress(upload))


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
        return for_ever(streamed(kept, media))
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
        return for_ever(jpeg(thumb_of(store(caller().jurisdiction_id), sha256)))
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
            return jpeg(marked(file, lines, font))
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
