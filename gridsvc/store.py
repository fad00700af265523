"""Bytes: on their way in, whole under their hash, or set aside. Never half of a file.

What arrives gathers on this machine's disk (MEDIA_DIR); what is whole goes to the disk, too,
or into a bucket (S3_BUCKET). It is durable before its caller goes on, so a row that says
"there" is true even after the power failed.
"""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any, BinaryIO, Protocol
from uuid import UUID

from flask import current_app

from gridsvc.bucket import Bucket, StoreFault, bucket


class Kept(Protocol):
    """A whole file, or the place for one: on the disk or in a bucket."""

    @property
    def name(self) -> str: ...
    def exists(self) -> bool: ...
    def open(self, mode: str = "rb") -> IO[bytes]: ...
    def read_bytes(self) -> bytes: ...
    def write_bytes(self, content: bytes) -> None: ...
    def put(self, path: Path) -> None:
        """Take the file at `path`, which is gone afterwards if it was on the same disk."""

    def unlink(self, missing_ok: bool = False) -> None: ...


class OnDisk:
    """A file on the disk, written whole or not at all."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = path.name

    def exists(self) -> bool:
        return self.path.exists()

    def open(self, mode: str = "rb") -> IO[bytes]:
        return self.path.open("rb")

    def read_bytes(self) -> bytes:
        return self.path.read_bytes()

    def write_bytes(self, content: bytes) -> None:
        """Write it. Two may write the same one at once."""
        self._make_room()
        unfinished = self.path.with_name(f"{self.name}.{os.urandom(8).hex()}")
        unfinished.write_bytes(content)
        unfinished.replace(self.path)

    def put(self, path: Path) -> None:
        self._make_room()
        path.replace(self.path)
        _sync(self.path.parent)

    def unlink(self, missing_ok: bool = False) -> None:
        self.path.unlink(missing_ok)

    def _make_room(self) -> None:
        home = self.path.parent
        if not home.exists():
            home.mkdir(parents=True, exist_ok=True)
            _sync(home.parent)


class Store:
    """The files of one jurisdiction: below `root`, and in `shelf` if there is one."""

    def __init__(self, root: Path, shelf: Bucket | None = None) -> None:
        self._root = root
        self._shelf = shelf

    def original(self, sha256: str) -> Kept:
        """Return the original with this hash, there or not."""
        return self._at(f"{sha256[:2]}/{sha256}")

    def thumb(self, sha256: str) -> Kept:
        """Return the thumbnail of an original, there or not. It can be made again."""
        return self._at(f"{sha256[:2]}/{sha256}.thumb")

    def aside(self, sha256: str) -> Kept:
        """Return bytes that somebody declared and nobody can look at, there or not."""
        return self._at(f"aside/{sha256}")

    def _at(self, name: str) -> Kept:
        if self._shelf is not None:
            return self._shelf.at(f"{self._root.name}/{name}")  # type: ignore[return-value]
        return OnDisk(self._root / name)

    def arriving(self, upload_id: UUID) -> Path:
        """Return where the bytes of an upload gather."""
        return self._root / "arriving" / str(upload_id)

    def arrived(self, upload_id: UUID) -> int:
        """Return how many bytes of an upload are on the disk."""
        try:
            return self.arriving(upload_id).stat().st_size
        except FileNotFoundError:
            return 0

    def append(self, upload_id: UUID, offset: int, body: BinaryIO, *, is_all: bool = False) -> None:
        """Write `body` at `offset`. What a crash left beyond it is overwritten.

        If it `is_all`, it is moved next, and nobody looks for it under its name here.
        """
        path = self.arriving(upload_id)
        path.parent.mkdir(parents=True, exist_ok=True)
        is_new = not path.exists()
        with path.open("w+b" if is_new else "r+b") as file:
            file.truncate(offset)
            file.seek(offset)
            shutil.copyfileobj(body, file)
            file.flush()
            os.fsync(file.fileno())
        if is_new and not is_all:
            _sync(path.parent)

    def move(self, upload_id: UUID, target: Kept) -> None:
        """Put all that arrived in its place. What stands there has the same hash."""
        path = self.arriving(upload_id)
        target.put(path)
        path.unlink(missing_ok=True)

    def discard(self, upload_id: UUID) -> None:
        """Forget what arrived of an upload."""
        self.arriving(upload_id).unlink(missing_ok=True)


def store(jurisdiction_id: int) -> Store:
    """Return the store of a jurisdiction (settings MEDIA_DIR and S3_BUCKET)."""
    return Store(Path(current_app.config["MEDIA_DIR"]) / str(jurisdiction_id), _shelf())


def fault() -> str | None:
    """Say why photos cannot be stored now, or None if they can."""
    try:
        shelf = _shelf()
        if shelf is not None:
            shelf.check()
        _check_disk(Path(current_app.config["MEDIA_DIR"]))
    except StoreFault as refusal:
        return str(refusal)
    return None


def _check_disk(root: Path) -> None:
    try:
        root.mkdir(parents=True, exist_ok=True)
    except OSError as refusal:
        raise StoreFault(f"MEDIA_DIR cannot be made: {refusal.strerror}.") from refusal
    if not os.access(root, os.W_OK | os.X_OK):
        raise StoreFault("MEDIA_DIR cannot be written to.")


def _shelf() -> Bucket | None:
    config: Mapping[str, Any] = current_app.config
    if not config["S3_BUCKET"]:
        return None
    names = ("S3_ENDPOINT", "S3_BUCKET", "S3_REGION", "S3_ACCESS_KEY", "S3_SECRET_KEY")
    return bucket(*(config[name] for name in names))


def _sync(directory: Path) -> None:
    """Bring the names in `directory` to the disk."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
