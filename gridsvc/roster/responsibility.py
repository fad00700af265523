"""Who was responsible for something at a moment: the chain from the thing up to the county."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from gridsvc.accountability.models import Duty
from gridsvc.accountability.queries import history
from gridsvc.accountability.rules import POSTS, SEATED, Role
from gridsvc.accountability.service import Post, UnfitRole
from gridsvc.enterprises.models import Enterprise
from gridsvc.errors import NotFound
from gridsvc.grids.models import Grid
from gridsvc.grids.queries import chain as grid_chain
from gridsvc.grids.queries import grids_at
from gridsvc.people.models import Unit
from gridsvc.roster.queries import SUBJECTS
from gridsvc.session import Session

Link = dict[str, Any]

ANSWERING = {
    "enterprise": (Role.RESPONSIBLE_LEADER, Role.RESPONSIBLE_PERSON),
    "grid": (Role.GRID_OFFICER, Role.GRID_HEAD, Role.DEPUTY_HEAD),
    "unit": (Role.DEPT_LIAISON,),
}


class UnknownSubject(NotFound):
    """No such grid, enterprise or unit."""


def responsibility(session: Session, kind: str, id: UUID, at: datetime) -> dict[str, Any]:
    """Return everybody who answered for a subject at a moment, the nearest first.

    For an enterprise its leader and person, then the officers and heads of the grid it lay
    in then, and of those above it. A seat that nobody held is listed as vacant, from when
    to when. Raises UnknownSubject.
    """
    subject = _subject(session, kind, id)
    grids = _grids(session, subject, at)
    duties = history(session, [id, *(grid.id for grid in grids)])
    links = [] if kind == "grid" else list(_links(None, kind, id, duties, at))
    for grid in reversed(grids):
        links += _links(grid, "grid", grid.id, duties, at)
    told = {"kind": kind, "id": id, "name": subject.name}
    return {"subject": told, "at": at, "chain": links}


def check_post(session: Session, post: Post) -> None:
    """Raise UnknownSubject, or UnfitRole if nobody holds that role, or seat, of it."""
    subject = _subject(session, post.subject_kind, post.subject_id)
    level = str(subject.level) if isinstance(subject, Grid) else post.subject_kind
    if f"{post.role}@{level}" not in POSTS:
        raise UnfitRole(f"Nobody is {post.role} of {subject.name}.", role=post.role)
    if post.seat > 1 and post.role not in SEATED:
        raise UnfitRole(f"{post.role} has no seats.", role=post.role)


def _subject(session: Session, kind: str, id: UUID) -> Grid | Enterprise | Unit:
    subject = session.get(SUBJECTS[kind], id)
    if subject is None:
        raise UnknownSubject(f"There is no {kind} {id}.")
    return subject


def _grids(session: Session, subject: Grid | Enterprise | Unit, at: datetime) -> list[Grid]:
    """Return the grids that a subject lay in at a moment, the highest first."""
    if isinstance(subject, Unit):
        return []
    return grid_chain(
        session, subject.id if isinstance(subject, Grid) else _grid(session, subject, at)
    )


def _grid(session: Session, enterprise: Enterprise, at: datetime) -> UUID:
    """Return the grid of an enterprise at a moment: where it lay, unless one was chosen by hand."""
    if enterprise.grid_reason:
        return enterprise.grid_id
    lay = grids_at(session, {enterprise.id: (enterprise.location, at)})
    return lay.get(enterprise.id, enterprise.grid_id)


def _links(
    grid: Grid | None, kind: str, subject_id: UUID, duties: Sequence[Duty], at: datetime
) -> Iterator[Link]:
    for role in ANSWERING[kind]:
        ever = [duty for duty in duties if duty.subject_id == subject_id and duty.role == role]
        if role not in SEATED:
            yield from (_held(grid, duty) for duty in ever if at in duty.period)
            continue
        for seat in sorted({1, *(duty.seat for duty in ever)}):
            yield _seat(grid, role, seat, [duty for duty in ever if duty.seat == seat], at)


def _seat(grid: Grid | None, role: str, seat: int, ever: Sequence[Duty], at: datetime) -> Link:
    for duty in ever:
        if at in duty.period:
            return _held(grid, duty)
    ends = [duty.period.upper for duty in ever if duty.period.upper and duty.period.upper <= at]
    begins = [duty.period.lower for duty in ever if duty.period.lower and duty.period.lower > at]
    vacancy = {"person": None, "since": max(ends, default=None), "until": min(begins, default=None)}
    return {"grid": grid, "role": role, "seat": seat, "vacant": True, **vacancy}


def _held(grid: Grid | None, duty: Duty) -> Link:
    return {
        "grid": grid,
        "role": duty.role,
        "seat": duty.seat,
        "person": duty.person,
        "since": duty.period.lower,
        "until": duty.period.upper,
        "vacant": False,
    }
