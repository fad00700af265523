"""The two web clients as they were built, and nothing else from the disk."""

import mimetypes
from pathlib import Path
from typing import Final, cast

from flask import Blueprint, Response, abort, current_app, redirect, request, send_from_directory
from werkzeug.security import safe_join

from gridsvc.identity import open_to_all

DIST: Final = Path(__file__).parent / "dist"
ENCODINGS: Final = (("br", ".br"), ("gzip", ".gz"))  # the first that the browser takes
FOR_A_YEAR: Final = "public, max-age=31536000, immutable"

# MapLibre's worker is a file of ours; photos are shown from blobs; charts and static templates
# carry style attributes, which cannot run anything. Nothing else, and nothing from elsewhere.
POLICY: Final = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' blob: data:",
        "style-src-attr 'unsafe-inline'",
        "worker-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(self), camera=(self), screen-wake-lock=(self)",
    "Cross-Origin-Opener-Policy": "same-origin",
}

blueprint = Blueprint("web", __name__)

mimetypes.add_type("text/javascript", ".js")  # some systems say otherwise
mimetypes.add_type("text/javascript", ".mjs")
mimetypes.add_type("application/manifest+json", ".webmanifest")
mimetypes.add_type("font/woff2", ".woff2")


@blueprint.after_request
def _guard(response: Response) -> Response:
    response.headers.update(HEADERS)
    return response


@blueprint.get("/")
@open_to_all
def choose() -> Response:
    """Send phones to the phone client and everybody else to the desk."""
    response = cast(Response, redirect("/m/" if _is_phone() else "/desk/"))
    response.headers["Vary"] = "User-Agent, Sec-CH-UA-Mobile"
    return response


@blueprint.get("/m/")
@blueprint.get("/m/<path:name>")
@open_to_all
def phone(name: str = "index.html") -> Response:
    """Serve a file of the phone client, whose pages live behind the `#`."""
    return _file("m", name)


@blueprint.get("/desk/")
@blueprint.get("/desk/<path:name>")
@open_to_all
def desk(name: str = "index.html") -> Response:
    """Serve a file of the desk client; the address of a page gets the client itself."""
    is_page = "." not in name.rsplit("/", 1)[-1]
    return _file("desk", "index.html" if is_page else name)


def _is_phone() -> bool:
    hint = request.headers.get("Sec-CH-UA-Mobile")
    return hint == "?1" if hint else "Mobile" in request.user_agent.string


def _file(client: str, name: str) -> Response:
    root = Path(current_app.config.get("WEB_DIST", DIST)) / client
    if not (root / "index.html").is_file():
        return _not_built()
    if not _is_public(root, name):
        abort(404)
    response = _smallest(root, name)
    response.headers["Cache-Control"] = FOR_A_YEAR if name.startswith("assets/") else "no-cache"
    return response


def _is_public(root: Path, name: str) -> bool:
    """Tell whether a name is one of the built files: none hidden, none outside, no link out."""
    path = None if "\0" in name else safe_join(str(root), name)
    is_ours = path is not None and Path(path).resolve().is_relative_to(root.resolve())
    is_hidden = any(part.startswith(".") for part in name.split("/"))
    return is_ours and not is_hidden and not name.endswith((".br", ".gz"))


def _smallest(root: Path, name: str) -> Response:
    """Send the file as it was compressed when it was built, if the browser takes that."""
    for encoding, suffix in ENCODINGS:
        if request.accept_encodings[encoding] and (root / (name + suffix)).is_file():
            kind = mimetypes.guess_type(name)[0]
            response = send_from_directory(root.resolve(), name + suffix, mimetype=kind)
            response.headers["Content-Encoding"] = encoding
            break
    else:
        response = send_from_directory(root.resolve(), name)
    response.headers["Vary"] = "Accept-Encoding"
    return response


def _not_built() -> Response:
    text = (
        "网页还没有构建。请在 gridsvc/web/ui 里运行 npm ci 和 npm run build。\n"
        "The web clients are not built. Run `npm ci` and `npm run build` in gridsvc/web/ui.\n"
    )
    return Response(text, status=503, mimetype="text/plain")
