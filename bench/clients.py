"""Clients that ask as phones do, each a process of its own, over a connection that stays open."""

import hashlib
import json
import time
from base64 import b64encode
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from http.client import HTTPConnection, HTTPResponse
from multiprocessing import get_context
from typing import Any

from tests.factories.media import TUS, base64, sha256_of

Address = tuple[str, int]
JSON = {"Content-Type": "application/json"}
PIECE = {"Content-Type": "application/offset+octet-stream"}


def in_parallel(
    deed: Callable[..., list[float]], arguments: Sequence[tuple[Any, ...]]
) -> list[float]:
    """Do `deed` with each of `arguments`, all at once; return what they measured, together."""
    with ProcessPoolExecutor(len(arguments), get_context("fork")) as clients:
        measured = [clients.submit(deed, *given) for given in arguments]
        return [seconds for one in measured for seconds in one.result()]


def push(address: Address, headers: dict[str, str], bodies: Sequence[bytes]) -> list[float]:
    """Push batches; return how long each took, in seconds."""
    connection = HTTPConnection(*address)
    return [_timed(_push, connection, headers, body) for body in bodies]


def put(address: Address, headers: dict[str, str], visits: Sequence[dict[str, Any]]) -> list[float]:
    """Send visits one by one; return how long each took."""
    connection = HTTPConnection(*address)
    return [_timed(_put, connection, headers, visit) for visit in visits]


def send_photos(address: Address, headers: dict[str, str], photos: Sequence[bytes]) -> list[float]:
    """Send photos by tus, each announced and then sent in one piece; return how long each took."""
    connection = HTTPConnection(*address)
    return [_timed(_send_photo, connection, headers, photo) for photo in photos]


def bring_photos(address: Address, headers: dict[str, str], photos: Sequence[bytes]) -> list[float]:
    """Send photos by tus, each with its announcement; return how long each took."""
    connection = HTTPConnection(*address)
    return [_timed(_bring_photo, connection, headers, photo) for photo in photos]


def pull_nothing(address: Address, headers: dict[str, str], cursor: str, times: int) -> list[float]:
    """Pull what has not changed, again and again; return how long each took."""
    connection = HTTPConnection(*address)
    return [_timed(_pull_nothing, connection, headers, cursor) for _ in range(times)]


def pull_at_once(
    address: Address, phones: Sequence[tuple[dict[str, str], str]], begin_at: float
) -> list[float]:
    """Let phones (their headers and cursors) pull, all at one moment; return how long each took."""

    def ask(phone: tuple[dict[str, str], str]) -> float:
        headers, cursor = phone
        connection = HTTPConnection(*address)
        time.sleep(max(0.0, begin_at - time.time()))
        return _timed(_pull, connection, headers | {"Accept-Encoding": "gzip"}, cursor)

    with ThreadPoolExecutor(len(phones)) as at_once:
        return list(at_once.map(ask, phones))


def cursor_after(address: Address, headers: dict[str, str], cursor: str = "") -> str:
    """Pull what changed, or everything; return the cursor after it."""
    answer, said = _ask(HTTPConnection(*address), "GET", f"{PULL}{cursor}", headers)
    return cursor if answer.status == 304 else str(json.loads(said)["next"])


PULL = "/api/v1/sync/pull?cursor="


def _push(connection: HTTPConnection, headers: dict[str, str], body: bytes) -> None:
    _, said = _ask(connection, "POST", "/api/v1/sync/push", headers | JSON, body)
    assert said.count(b'"accepted"') == body.count(b'"device_seq"'), said[:500]


def _put(connection: HTTPConnection, headers: dict[str, str], visit: dict[str, Any]) -> None:
    path, body = f"/api/v1/inspections/{visit['id']}", json.dumps(visit["body"]).encode()
    answer, said = _ask(connection, "PUT", path, headers | JSON, body)
    assert answer.status == 201, said


def _bring_photo(connection: HTTPConnection, headers: dict[str, str], photo: bytes) -> None:
    sum_ = hashlib.sha256(photo).digest()
    metadata = f"sha256 {base64(sum_.hex())},filetype {base64('image/jpeg')}"
    told = {"Upload-Length": str(len(photo)), "Upload-Metadata": metadata}
    told["Upload-Checksum"] = f"sha256 {b64encode(sum_).decode()}"
    answer, _ = _ask(connection, "POST", "/api/v1/media", headers | TUS | PIECE | told, photo)
    assert answer.headers["Media-Receipt"]


def _send_photo(connection: HTTPConnection, headers: dict[str, str], photo: bytes) -> None:
    sha256 = sha256_of(photo)
    metadata = f"sha256 {base64(sha256)},filetype {base64('image/jpeg')}"
    told = {"Upload-Length": str(len(photo)), "Upload-Metadata": metadata}
    answer, _ = _ask(connection, "POST", "/api/v1/media", headers | TUS | told)
    sum_ = b64encode(hashlib.sha256(photo).digest()).decode()
    told = {"Upload-Offset": "0", "Upload-Checksum": f"sha256 {sum_}"}
    url = answer.headers["Location"]
    answer, _ = _ask(connection, "PATCH", url, headers | TUS | PIECE | told, photo)
    assert answer.headers["Media-Receipt"]


def _pull(connection: HTTPConnection, headers: dict[str, str], cursor: str) -> None:
    answer, said = _ask(connection, "GET", f"{PULL}{cursor}", headers)
    assert answer.status == 200, said


def _pull_nothing(connection: HTTPConnection, headers: dict[str, str], cursor: str) -> None:
    answer, _ = _ask(connection, "GET", f"{PULL}{cursor}", headers)
    assert answer.status == 304


def _ask(
    connection: HTTPConnection, method: str, path: str, headers: dict[str, str], body: bytes = b""
) -> tuple[HTTPResponse, bytes]:
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    return answer, answer.read()


def _timed(deed: Callable[..., None], *given: Any) -> float:
    began = time.perf_counter()
    deed(*given)
    return time.perf_counter() - began
