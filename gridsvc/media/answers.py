"""Photos as answers: as they are read, and kept by browsers that may see them."""

from typing import Any, cast

from flask import Response, request, send_file
from werkzeug.wsgi import FileWrapper

from gridsvc.media.models import Media
from gridsvc.store import Kept, OnDisk

AT_ONCE = 64 * 1024


def streamed(kept: Kept, media: Media) -> Response:
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


def jpeg(content: bytes) -> Response:
    response = Response(content, mimetype="image/jpeg")
    response.headers["Cache-Control"] = "private, max-age=3600"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def for_ever(response: Response) -> Response:
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
