"""The manners of tus 1.0 (https://tus.io/protocols/resumable-upload): its headers and pieces."""

import hashlib
from typing import Any, BinaryIO

from flask import Response, request
from werkzeug.exceptions import BadRequest, PreconditionFailed, RequestEntityTooLarge
from werkzeug.http import http_date

from gridsvc.media.models import Upload
from gridsvc.media.receive import Piece, standing
from gridsvc.media.rules import MOST_OF_ALL, ChecksumMismatch
from gridsvc.problems import describe, problem
from gridsvc.store import store

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,checksum,expiration"
ALGORITHMS = ("sha256", "sha1")
PIECE = "application/offset+octet-stream"
AT_ONCE = 64 * 1024

SPOKEN = {
    "Tus-Version": VERSION,
    "Tus-Extension": EXTENSIONS,
    "Tus-Max-Size": MOST_OF_ALL,
    "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
}
UNSOUND = ChecksumMismatch("This piece is not what its checksum says.")


class ForeignTus(PreconditionFailed):
    """The client speaks another version of tus, or none."""

    def get_headers(self, *args: Any, **options: Any) -> list[tuple[str, str]]:
        return [*super().get_headers(*args, **options), ("Tus-Version", VERSION)]


def need_tus() -> None:
    if request.headers.get("Tus-Resumable") != VERSION:
        raise ForeignTus(f"This speaks tus {VERSION}.")


def brings_bytes() -> bool:
    return request.mimetype == PIECE


def read_piece(body: BinaryIO, checksum: tuple[str, bytes] | None) -> Piece:
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


def mismatch(refusal: ChecksumMismatch) -> Response:
    return problem(460, **describe(refusal))  # tus made this status up


def progress(upload: Upload) -> dict[str, Any]:
    told = {
        "Location": f"/api/v1/media/uploads/{upload.id}",
        "Upload-Offset": standing(store(upload.jurisdiction_id), upload),
        "Upload-Length": upload.length,
    }
    done = upload.completed_at is not None
    return told if done else told | {"Upload-Expires": http_date(upload.expires_at)}


def empty(status: int, headers: dict[str, Any]) -> Response:
    response = Response(status=status)
    for name, value in headers.items():
        response.headers[name] = str(value)
    return response
