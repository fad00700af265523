"""What is traced, where it lay, and what people answered for because of that."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, literal, select

from gridsvc.db import Wgs84
from gridsvc.enterprises.models import Enterprise
from gridsvc.grids.models import Boundary, Grid
from gridsvc.grids.queries import chain
from gridsvc.issues.models import Issue
from gridsvc.roster.responsibility import ANSWERING
from gridsvc.session import Session
from gridsvc.traces.rules import Place, Subject, Window, homes

Lay = Sequence[tuple[datetime, UUID]]  # grids, each with the moment from which on


@dataclass(frozen=True, kw_only=True)
class Traced:
    """What is traced. `grid_id` is where its reader must have a duty."""

    kind: str
    row: Enterprise | Grid | Issue
    grid_id: UUID
    enterprise: Enterprise | None  # itself, or that of an issue

    @property
    def ref(self) -> dict[str, Any]:
        name = self.row.number if isinstance(self.row, Issue) else self.row.name
        code = self.row.number if isinstance(self.row, Issue) else self.row.code
        return {"kind": self.kind, "id": self.row.id, "name": name, "code": code}

    @property
    def asked(self) -> tuple[str, UUID]:
        """The subject of duties that stands for it: its enterprise, else its grid."""
        return ("enterprise", self.enterprise.id) if self.enterprise else ("grid", self.grid_id)


def traced(session: Session, kind: str, id: UUID) -> Traced | None:
    """Return the enterprise, grid or issue, if it is there."""
    if kind == "grid":
        grid = session.get(Grid, id)
        return Traced(kind=kind, row=grid, grid_id=id, enterprise=None) if grid else None
    if kind == "enterprise":
        place = session.get(Enterprise, id)
        if place is None:
            return None
        return Traced(kind=kind, row=place, grid_id=place.grid_id, enterprise=place)
    issue = session.get(Issue, id)
    if issue is None:
        return None
    where = session.get(Enterprise, issue.enterprise_id) if issue.enterprise_id else None
    return Traced(kind=kind, row=issue, grid_id=issue.grid_id, enterprise=where)


def lay_in(session: Session, subject: Traced, window: Window) -> Lay:
    """Return the grids that something lay in, each with the moment from which on it did.

    An enterprise lies where its location does, unless its grid was chosen by hand.
    """
    place = subject.enterprise
    if place is None or place.grid_reason:
        return [(window.begins, place.grid_id if place else subject.grid_id)]
    during = func.tstzrange(window.begins, window.ends)
    around = (
        select(Grid.id, Grid.level, Grid.code, Boundary.period)
        .join(
            Boundary,
            and_(Boundary.jurisdiction_id == Grid.jurisdiction_id, Boundary.grid_id == Grid.id),
        )
        .where(
            Grid.kind == "territorial",
            Boundary.period.op("&&")(during),
            func.ST_Intersects(Boundary.area, literal(place.location, Wgs84("POINT"))),
        )
    )
    found = [
        Place(grid_id=id, level=level, code=code, period=period)
        for id, level, code, period in session.execute(around)
    ]
    return homes(found, window) or [(window.begins, place.grid_id)]


def answering(session: Session, subject: Traced, lay: Lay) -> list[Subject]:
    """Return what people answered for: the thing itself, then its grids, the deepest first."""
    place = subject.enterprise
    found = [_own(place)] if place else []
    ends = [since for since, _ in lay[1:]] + [None]
    for n, ((since, grid_id), until) in enumerate(zip(lay, ends, strict=True)):
        found += [
            Subject(
                kind="grid",
                id=grid.id,
                name=grid.name,
                roles=ANSWERING["grid"],
                since=since if n else None,
                until=until,
            )
            for grid in reversed(chain(session, grid_id))
        ]
    return _joined(found)


def _own(place: Enterprise) -> Subject:
    return Subject(kind="enterprise", id=place.id, name=place.name, roles=ANSWERING["enterprise"])


def _joined(subjects: Sequence[Subject]) -> list[Subject]:
    """Return the subjects, once each where one goes on without a break: towns, the county."""
    found: list[Subject] = []
    for one in subjects:
        before = next((n for n, s in enumerate(found) if _goes_on(s, one)), None)
        if before is None:
            found.append(one)
        else:
            earlier = found[before]
            found[before] = Subject(
                kind=one.kind, id=one.id, name=one.name, roles=one.roles,
                since=earlier.since, until=one.until,
            )  # fmt: skip
    return found


def _goes_on(earlier: Subject, later: Subject) -> bool:
    return earlier.id == later.id and earlier.until is not None and earlier.until == later.since
