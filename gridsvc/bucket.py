"""Files in an S3-compatible store, each under its name."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

CONNECT_S, READ_S, TRIES = 3, 30, 3
GONE = {"NoSuchKey", "404", "NotFound"}


class StoreFault(Exception):
    """The store of photos cannot be used now. The message says why, by the store's own name."""


class Bucket:
    """A bucket, asked with signatures of version 4. Safe to share between threads."""

    def __init__(self, endpoint: str, name: str, region: str, key: str, secret: str) -> None:
        self.name = name
        self._client = _client(endpoint, region, key, secret)

    def at(self, name: str) -> Item:
        return Item(self, name)

    def ask(self, deed: str, **told: Any) -> Any:
        """Do one thing in this bucket. Raises FileNotFoundError or StoreFault."""
        with _named_faults(self.name):
            return getattr(self._client, deed)(Bucket=self.name, **told)

    def put(self, name: str, path: Path) -> None:
        """Copy a file into the bucket. It is durable when this returns, as far as the store is."""
        with path.open("rb") as body:
            self.ask("put_object", Key=name, Body=body)

    def check(self) -> None:
        """Raise StoreFault unless this bucket is there and these keys open it."""
        self.ask("list_objects_v2", MaxKeys=1)


class Item:
    """A file in a bucket, or where one would be: the part of a Path that photos need."""

    def __init__(self, bucket: Bucket, key: str) -> None:
        self._bucket, self._key = bucket, key
        self.name = key.rpartition("/")[2]

    def exists(self) -> bool:
        with suppress(FileNotFoundError):
            self._bucket.ask("head_object", Key=self._key)
            return True
        return False

    def open(self, mode: str = "rb") -> Reader:
        """Return its bytes, fetched as they are read. Raises FileNotFoundError."""
        length: int = self._bucket.ask("head_object", Key=self._key)["ContentLength"]
        return Reader(self._bucket, self._key, length)

    def read_bytes(self) -> bytes:
        found: bytes = self._bucket.ask("get_object", Key=self._key)["Body"].read()
        return found

    def write_bytes(self, content: bytes) -> None:
        self._bucket.ask("put_object", Key=self._key, Body=content)

    def put(self, path: Path) -> None:
        self._bucket.put(self._key, path)

    def unlink(self, missing_ok: bool = False) -> None:
        self._bucket.ask("delete_object", Key=self._key)


class Reader(io.RawIOBase):
    """An object as a file that can be read from any place, without ever being held whole."""

    def __init__(self, bucket: Bucket, key: str, length: int) -> None:
        self._bucket, self._key, self._length = bucket, key, length
        self._at = 0
        self._body: Any = None

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._length}[whence]
        if (wanted := start + offset) != self._at:
            self._hang_up()
            self._at = wanted
        return self._at

    def readinto(self, into: WriteableBuffer) -> int:
        space = memoryview(into).cast("B")
        if self._at >= self._length:
            return 0
        if self._body is None:
            span = f"bytes={self._at}-"
            self._body = self._bucket.ask("get_object", Key=self._key, Range=span)["Body"]
        with _named_faults(self._bucket.name):
            piece = self._body.read(len(space))
        space[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def close(self) -> None:
        self._hang_up()
        super().close()

    def _hang_up(self) -> None:
        if self._body is not None:
            self._body.close()
            self._body = None


@cache
def bucket(endpoint: str, name: str, region: str, key: str, secret: str) -> Bucket:
    """Return a bucket; one client for all threads of a process."""
    return Bucket(endpoint, name, region, key, secret)


def _client(endpoint: str, region: str, key: str, secret: str) -> Any:
    import boto3  # noqa: PLC0415  30 MB and a tenth of a second, which only its users pay
    from botocore.config import Config  # noqa: PLC0415

    how = Config(
        signature_version="s3v4",
        connect_timeout=CONNECT_S,
        read_timeout=READ_S,
        retries={"total_max_attempts": TRIES, "mode": "standard"},
        s3={"addressing_style": "path"},
        request_checksum_calculation="when_required",  # the others confuse stores but Amazon's
        response_checksum_validation="when_required",
    )
    return boto3.client(
        "s3",
        endpoint_url=endpoint or None,
        region_name=region,
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        config=how,
    )


@contextmanager
def _named_faults(name: str) -> Iterator[None]:
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415  see _client
    from botocore.exceptions import HTTPClientError as Unreachable  # noqa: PLC0415

    try:
        yield
    except ClientError as refusal:
        code = str(refusal.response.get("Error", {}).get("Code", "unknown"))
        if code in GONE:
            raise FileNotFoundError(code) from refusal
        raise StoreFault(f"The store of photos refuses bucket {name}: {code}.") from refusal
    except (Unreachable, BotoCoreError) as fault:
        kind = type(fault).__name__
        raise StoreFault(f"The store of photos does not answer for {name}: {kind}.") from fault
