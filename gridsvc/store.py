"""Bytes on disk: on their way in, whole under their hash, or set aside. Never half of a file.

What is written is on the disk before its caller goes on, so a row that says "there" is true
even after the power failed.
"""

import os
import shutil
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from flask import current_app


class Store:
    """The files of one jurisdiction, below `root`."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def original(self, sha256: str) -> Path:
        """Return where the original with this hash is, or will be."""
        return self._root / sha256[:2] / sha256

    def thumb(self, sha256: str) -> Path:
        """Return where the thumbnail of an original is, or will be. It can be made again."""
        return self._root / sha256[:2] / f"{sha256}.thumb"

    def arriving(self, upload_id: UUID) -> Path:
        """Return where the bytes of an upload gather."""
        return self._root / "arriving" / str(upload_id)

    def aside(self, sha256: str) -> Path:
        """Return where bytes are kept that somebody declared and nobody can look at."""
        return self._root / "aside" / sha256

    def arrived(self, upload_id: UUID) -> int:
        """Return how many bytes of an upload are on the disk."""
        try:
            return self.arriving(upload_id).stat().st_size
        except FileNotFoundError:
            return 0

    def append(self, upload_id: UUID, offset: int, body: BinaryIO) -> None:
        """Write `body` at `offset`. What a crash left beyond it is overwritten."""
        path = self.arriving(upload_id)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("r+b" if path.exists() else "w+b") as file:
            file.truncate(offset)
            file.seek(offset)
            shutil.copyfileobj(body, file)
            file.flush()
            os.fsync(file.fileno())
        _sync(path.parent)

    def move(self, upload_id: UUID, target: Path) -> None:
        """Put all that arrived in its place. What stands there has the same hash."""
        target.parent.mkdir(parents=True, exist_ok=True)
        self.arriving(upload_id).replace(target)
        _sync(target.parent)

    def write(self, target: Path, content: bytes) -> None:
        """Write a file: whole, or not at all. Two may write the same one at once."""
        target.parent.mkdir(parents=True, exist_ok=True)
        unfinished = target.with_name(f"{target.name}.{os.urandom(8).hex()}")
        unfinished.write_bytes(content)
        unfinished.replace(target)

    def discard(self, upload_id: UUID) -> None:
        """Forget what arrived of an upload."""
        self.arriving(upload_id).unlink(missing_ok=True)


def store(jurisdiction_id: int) -> Store:
    """Return the store of a jurisdiction (setting MEDIA_DIR)."""
    return Store(Path(current_app.config["MEDIA_DIR"]) / str(jurisdiction_id))


def _sync(directory: Path) -> None:
    """Bring the names in `directory` to the disk."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
