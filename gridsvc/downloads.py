"""Answers that a browser keeps as a file, and nobody in between."""

from collections.abc import Iterator

from flask import Response


def download(content: bytes | Iterator[bytes], name: str, mimetype: str) -> Response:
    """Return `content` as a file named `name`, which no cache holds."""
    response = Response(content, mimetype=mimetype)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response
