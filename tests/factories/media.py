"""Photos to send, and a phone that sends them by tus."""

import hashlib
import json
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from io import BytesIO
from itertools import count
from typing import Any

from PIL import Image
from PIL.ExifTags import IFD
from werkzeug.test import Client, TestResponse

from gridsvc.demo.pictures import picture

_numbers = count(1)

TUS = {"Tus-Resumable": "1.0.0"}
ALL = "/api/v1/media"


def a_photo(size: tuple[int, int] = (64, 48)) -> bytes:
    """A picture unlike any before it."""
    out, number = BytesIO(), next(_numbers)
    Image.new("RGB", size, (number % 256, 90, 90)).save(out, "JPEG", comment=f"{number}".encode())
    return out.getvalue()


def a_scene(number: int, scene: str = "roof", **saved: Any) -> bytes:
    """A drawn picture, which has something to be known again by."""
    image = Image.open(BytesIO(picture(11, scene, number)))
    return as_jpeg(image, **saved)


def as_jpeg(image: Image.Image, **saved: Any) -> bytes:
    out = BytesIO()
    image.convert("RGB").save(out, "JPEG", **saved)
    return out.getvalue()


def exif_of(
    taken: str | None = None, lonlat: tuple[float, float] | None = None, make: str = "Maker"
) -> Image.Exif:
    exif = Image.Exif()
    exif[0x010F] = make
    if taken:
        exif.get_ifd(IFD.Exif)[0x9003] = taken
    if lonlat:
        lon, lat = lonlat
        exif.get_ifd(IFD.GPSInfo).update({1: "N", 2: (lat, 0.0, 0.0), 3: "E", 4: (lon, 0.0, 0.0)})
    return exif


def sha256_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def base64(text: str | bytes) -> str:
    return b64encode(text.encode() if isinstance(text, str) else text).decode()


def a_claim(content: bytes, **changes: Any) -> dict[str, Any]:
    """The photo as its record declares it."""
    return {"sha256": sha256_of(content), "taken_at": "2026-02-28T12:00:00+08:00"} | changes


def receipt_in(response: TestResponse) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(b64decode(response.headers["Media-Receipt"]))
    return told


@dataclass
class Phone:
    """Sends photos as one person."""

    client: Client
    headers: dict[str, str] = field(repr=False)

    def announce(self, content: bytes, *, type: str = "image/jpeg", **changes: str) -> TestResponse:
        metadata = f"sha256 {base64(sha256_of(content))},filetype {base64(type)}"
        told = {"Upload-Length": str(len(content)), "Upload-Metadata": metadata}
        return self.client.post(ALL, headers=self.headers | TUS | told | changes)

    def bring(self, content: bytes, *, type: str = "image/jpeg", **changes: str) -> TestResponse:
        """The announcement and the whole photo in one request."""
        metadata = f"sha256 {base64(sha256_of(content))},filetype {base64(type)}"
        told = {
            "Upload-Length": str(len(content)),
            "Upload-Metadata": metadata,
            "Content-Type": "application/offset+octet-stream",
        }
        return self.client.post(ALL, data=content, headers=self.headers | TUS | told | changes)

    def put(self, url: str, offset: int, piece: bytes, **changes: str) -> TestResponse:
        sealed = f"sha256 {base64(hashlib.sha256(piece).digest())}"
        told = {"Upload-Offset": str(offset), "Upload-Checksum": sealed}
        type = {"Content-Type": "application/offset+octet-stream"}
        headers = self.headers | TUS | type | told | changes
        return self.client.patch(url, data=piece, headers=headers)

    def ask(self, url: str) -> TestResponse:
        return self.client.head(url, headers=self.headers | TUS)

    def send(self, content: bytes, **changes: Any) -> TestResponse:
        """The whole photo, in two pieces; the answer to the last."""
        url = self.announce(content, **changes).location
        half = len(content) // 2
        assert self.put(url, 0, content[:half]).status_code == 204
        return self.put(url, half, content[half:])

    def get(self, path: str) -> TestResponse:
        return self.client.get(f"/api/v1{path}", headers=self.headers, buffered=True)
