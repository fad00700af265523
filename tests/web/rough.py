"""A server in bad shape, to order: it drops answers, says 503, has a new client."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

WORK = ("/api/v1/sync/push", "/api/v1/media")
WORKER = "/m/sw.js"
NEGOTIATED = ("HTTP_ACCEPT_ENCODING", "HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE")


def whole(parts: Iterable[bytes]) -> bytes:
    """Return all of an answer, whose file is then closed, as gunicorn closes it."""
    try:
        return b"".join(parts)
    finally:
        if close := getattr(parts, "close", None):
            close()


@dataclass
class Rough:
    """Stands before the app. What phones send meets `faults`, one each: drop, 503 or none."""

    inside: Application
    faults: list[str] = field(default_factory=list)
    pushed: list[list[str]] = field(default_factory=list)  # ids, push by push
    is_updated: bool = False  # the service worker has another content

    def __call__(self, environ: Environ, start: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path == WORKER and self.is_updated:
            for name in NEGOTIATED:
                environ.pop(name, None)
            return self._with_another_end(environ, start)
        if path == WORK[0]:
            self._note(environ)
        if self.faults and path.startswith(WORK):
            return self._spoil(self.faults.pop(0), environ, start)
        return self.inside(environ, start)

    def _note(self, environ: Environ) -> None:
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        environ["wsgi.input"] = _Again(body)
        self.pushed.append([record["id"] for record in json.loads(body)["records"]])

    def _spoil(self, fault: str, environ: Environ, start: Callable[..., Any]) -> Iterable[bytes]:
        if fault == "none":
            return self.inside(environ, start)
        if fault == "503":
            start("503 Service Unavailable", [("Retry-After", "1"), ("Content-Length", "0")])
            return [b""]
        whole(self.inside(environ, lambda *_, **__: lambda _: None))  # it is done ...
        environ["werkzeug.socket"].shutdown(2)  # ... and nobody hears of it
        start("200 OK", [("Content-Length", "0")])
        return [b""]

    def _with_another_end(self, environ: Environ, start: Callable[..., Any]) -> Iterable[bytes]:
        told: list[Any] = []
        script = whole(self.inside(environ, lambda *answer, **_: told.extend(answer)))
        headers = [(name, value) for name, value in told[1] if name.lower() not in LENGTHS]
        start("200 OK", headers)
        return [script, b"\n// another version\n"]


LENGTHS = {"content-length", "etag", "last-modified", "content-encoding"}


class _Again:
    """A body that was read, to be read again."""

    def __init__(self, body: bytes) -> None:
        self._left = body

    def read(self, size: int = -1) -> bytes:
        end = len(self._left) if size is None or size < 0 else size
        part, self._left = self._left[:end], self._left[end:]
        return part

    def readline(self, size: int = -1) -> bytes:
        return self.read(size)
