"""A phone that does not give up: it sends until each record and each photo has a receipt."""

import hashlib
import json
from base64 import b64decode
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from random import Random
from typing import Any

from tests.factories.media import TUS, base64, sha256_of
from tests.storm.day import Record
from tests.storm.network import Answer, Lost, Network, Request

MOST_TRIES = 2000
BATCH = 6
PIECE = {"Content-Type": "application/offset+octet-stream"}


@dataclass
class Phone:
    """What one person made in a day, and what of it the server has signed for."""

    headers: dict[str, str]
    records: list[Record]
    network: Network
    chance: Random
    wait: Callable[[], None]  # while the server cannot answer
    arrived: Callable[[], None]  # called for each record that has its receipt
    receipts: dict[str, dict[str, Any]] = field(default_factory=dict)
    photo_receipts: dict[str, dict[str, Any]] = field(default_factory=dict)
    refusals: Counter[str] = field(default_factory=Counter)

    @cached_property
    def photos(self) -> dict[str, bytes]:
        return {sha256_of(photo): photo for record in self.records for photo in record.photos}

    @property
    def unsent(self) -> list[Record]:
        return [record for record in self.records if record.id not in self.receipts]

    @property
    def unsent_photos(self) -> list[bytes]:
        return [p for hash, p in self.photos.items() if hash not in self.photo_receipts]

    def send_all(self) -> None:
        """Send, in whatever order, until everything has its receipt."""
        for _ in range(MOST_TRIES):
            unsent, photos = self.unsent, self.unsent_photos
            if not unsent and not photos:
                return
            try:
                if unsent and (not photos or self.chance.random() < 0.5):
                    self.push(self._batch(unsent))
                else:
                    self.send_photo(self.chance.choice(photos))
            except Lost:
                self.wait()
        raise AssertionError(f"a phone gave up: {self.refusals}")

    def push(self, batch: list[Record]) -> list[dict[str, Any]]:
        """Push records, and keep the receipts; return the verdicts."""
        body = json.dumps({"records": [record.sent for record in batch]}).encode()
        headers = self.headers | {"Content-Type": "application/json"}
        answer = self._ask("POST", "/api/v1/sync/push", headers, body)
        if answer.status != 200:
            raise Lost(f"{answer.status} {answer.body!r}")
        verdicts: list[dict[str, Any]] = answer.json["verdicts"]
        for record, verdict in zip(batch, verdicts, strict=True):
            self._take(record, verdict)
        return verdicts

    def send_photo(self, content: bytes) -> None:
        """Announce a photo, and send what the server does not have of it yet."""
        answer = self.announce(content)
        while "Media-Receipt" not in answer.headers:
            if answer.status not in (200, 201, 204):
                self.refusals[f"photo {answer.status} {answer.body!r}"] += 1
                raise Lost(str(answer.status))
            url, offset = answer.headers["Location"], int(answer.headers["Upload-Offset"])
            answer = self._send_piece(url, offset, content)
        self.photo_receipts[sha256_of(content)] = receipt_in(answer)

    def announce(self, content: bytes) -> Answer:
        metadata = f"sha256 {base64(sha256_of(content))},filetype {base64('image/jpeg')}"
        told = {"Upload-Length": str(len(content)), "Upload-Metadata": metadata}
        return self._ask("POST", "/api/v1/media", self.headers | TUS | told)

    def get_photo(self, sha256: str) -> bytes:
        return self._ask("GET", f"/api/v1/media/{sha256}", self.headers).body

    def _send_piece(self, url: str, offset: int, content: bytes) -> Answer:
        """Send a piece, or, when the offset is all there, ask what became of it."""
        piece = content[offset : offset + self.chance.choice((3000, 6000, len(content)))]
        if not piece:
            return self._ask("HEAD", url, self.headers | TUS)
        sum_ = f"sha256 {base64(hashlib.sha256(piece).digest())}"
        told = {"Upload-Offset": str(offset), "Upload-Checksum": sum_}
        return self._ask("PATCH", url, self.headers | TUS | PIECE | told, piece)

    def _ask(self, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> Answer:
        answer = self.network.ask(Request(method, path, headers, body))
        if answer.status >= 500:
            raise Lost(str(answer.status))
        return answer

    def _batch(self, unsent: list[Record]) -> list[Record]:
        """Pick records in any order, but none before what it goes on from has arrived."""
        batch: dict[str, Record] = {}
        for record in self.chance.sample(unsent, len(unsent)):
            needed = [r for r in unsent if r.id in record.after]
            batch |= {r.id: r for r in (*needed, record)}
            if len(batch) >= self.chance.randint(1, BATCH):
                break
        return self.chance.sample(list(batch.values()), len(batch))

    def _take(self, record: Record, verdict: dict[str, Any]) -> None:
        if "receipt" not in verdict:
            self.refusals[f"{record.kind} {verdict}"] += 1
            return
        is_new = record.id not in self.receipts
        self.receipts[record.id] = verdict["receipt"]
        if is_new:
            self.arrived()


def receipt_in(answer: Answer) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(b64decode(answer.headers["Media-Receipt"]))
    return told
