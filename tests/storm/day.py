"""A day's work as a phone holds it: records of every kind, some of which go on from others."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from io import BytesIO
from itertools import count, cycle, islice
from random import Random
from typing import Any

from PIL import Image

from gridsvc.enterprises.models import Enterprise
from gridsvc.grids.models import Grid
from gridsvc.ids import new_id
from gridsvc.people.models import Person
from gridsvc.rules.models import Checklist
from gridsvc.weeks import local_day
from tests.factories.inspections import a_body
from tests.factories.issues import an_issue_body
from tests.factories.media import a_claim

MINUTE = timedelta(minutes=1)
Body = dict[str, Any]


@dataclass(frozen=True)
class Record:
    """What a phone made, and which records must have arrived before, or come along."""

    kind: str
    id: str
    body: Body
    photos: tuple[bytes, ...] = ()
    after: frozenset[str] = frozenset()

    @cached_property
    def sent(self) -> dict[str, Any]:
        made_at = self.body["made_at"]
        return {
            "kind": self.kind, "id": self.id, "made_at": made_at, "device_seq": 1,
            "body": self.body,
        }  # fmt: skip


@dataclass
class Day:
    """Who is out, where, and from when on. `photo_px` makes a photo larger or smaller."""

    officer: Person
    grid: Grid
    yards: list[Enterprise]
    checklist: Checklist
    began_at: datetime
    photo_px: int
    chance: Random

    def records(self, many: int) -> list[Record]:
        """Return a day of `many` records, ten or more: every kind is among them."""
        self._minutes = count()
        patrol = self._record("patrol", grid_id=str(self.grid.id))
        return [patrol, *islice(self._finds(patrol), many - 4), *self._comes_home(patrol)]

    def _finds(self, patrol: Record) -> Iterator[Record]:
        for yard in cycle(self.yards):
            yield self._visit(yard, patrol)
            yield self._visit(yard, patrol)
            yield from self._problem(yard)

    def _visit(self, yard: Enterprise, patrol: Record) -> Record:
        told = a_body(yard, self.checklist, patrol_id=patrol.id)
        return self._record("inspection", "scene", **told)

    def _problem(self, yard: Enterprise) -> Iterator[Record]:
        """A problem: found, assigned to oneself, taken on, set right; each step after the other."""
        steps = [self._record("issue", "scene", **an_issue_body(yard))]
        yield steps[0]
        for action, facts, shown in (
            ("assign", {"owner_id": str(self.officer.id)}, ()),
            ("take_on", {}, ()),
            ("submit", {}, ("after",)),
        ):
            told = {"issue_id": steps[0].id, "action": action, **facts}
            step = self._record("issue_action", *shown, after=steps, **told)
            steps.append(step)
            yield step

    def _comes_home(self, patrol: Record) -> list[Record]:
        points = [
            [self.yards[0].location.x, self.yards[0].location.y, self.began_at.timestamp() + n, 5.0]
            for n in range(20)
        ]
        track = {"patrol_id": patrol.id, "seq": 0, "crs": "wgs84", "points": points}
        closed = {"grid_id": str(self.grid.id), "day": str(local_day(self.began_at))}
        return [
            self._record("track", after=[patrol], **track),
            self._record("patrol_end", after=[patrol], patrol_id=patrol.id, facts={"points": 20}),
            self._record("day_close", **closed, visits=2, problems=1),
        ]

    def _record(
        self, kind: str, *shown: str, after: list[Record] | None = None, **told: Any
    ) -> Record:
        made_at = (self.began_at + next(self._minutes) * MINUTE).isoformat()
        photos = tuple(self._photo() for _ in shown)
        claims = [a_claim(p, purpose=purpose) for p, purpose in zip(photos, shown, strict=True)]
        body = {**told, "made_at": made_at} | ({"photos": claims} if claims else {})
        needed = frozenset(record.id for record in after or ())
        return Record(kind, str(new_id()), body, photos, needed)

    def _photo(self) -> bytes:
        """Noise, so that it is as large as a photo of something."""
        out, px = BytesIO(), self.photo_px
        dots = self.chance.randbytes(px * px * 3)
        Image.frombytes("RGB", (px, px), dots).save(out, "JPEG", quality=75)
        return out.getvalue()
