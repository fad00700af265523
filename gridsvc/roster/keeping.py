"""Which duties the caller keeps: the edge between HTTP and who may change the roster."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from gridsvc.accountability import access
from gridsvc.accountability.models import Duty
from gridsvc.accountability.rules import KEEPERS
from gridsvc.clock import utc_now
from gridsvc.errors import NotFound
from gridsvc.grids.queries import root
from gridsvc.roster.queries import enterprise_grids, grids_of
from gridsvc.session import Session

APPOINT_KEEPER = "duty.appoint_keeper"
CHANGES = ("duty.appoint", "duty.hand_over", "duty.back_date")  # what can be entered of a duty


def duty_kept(session: Session, duty_id: UUID, deed: str) -> Duty:
    """Return a duty to which the caller may do `deed`. Raises NotFoundHere, NotYours."""
    duty = session.get(Duty, duty_id)
    unseen = access.NotFoundHere(f"There is no duty {duty_id}, or none for you.")
    if duty is None:
        raise unseen
    require_kept(session, duty, deed, unseen)
    return duty


def require_kept(session: Session, duty: Duty, deed: str, unseen: NotFound | None = None) -> None:
    """Raise unless the caller may do `deed` to a duty, wherever it is decided about."""
    for grid_id in grids_of(session, [duty]):
        for each in _deeds(duty, deed):
            access.require(session, each, grid_id, unseen=unseen)


def _deeds(duty: Duty, deed: str) -> Iterator[str]:
    yield deed
    if duty.role in KEEPERS:
        yield APPOINT_KEEPER


def may_back_date(session: Session, duty: Duty) -> bool:
    """Say whether the caller may enter a change of a duty only after the moment it counts from."""
    allowed = access.visible_grids(session, "duty.back_date", utc_now())
    return grids_of(session, [duty]) <= allowed


def with_allowed(session: Session, rows: Sequence[dict[str, Any]], now: datetime) -> None:
    """Say of each duty in `rows` which changes of it are the caller's to enter."""
    scopes = {deed: access.visible_grids(session, deed, now) for deed in (*CHANGES, APPOINT_KEEPER)}
    lies_in = enterprise_grids(session, {row["subject"]["id"] for row in rows})
    for row in rows:
        where = _decided_at(session, row["subject"], lies_in)
        is_theirs = row["role"] not in KEEPERS or where in scopes[APPOINT_KEEPER]
        row["allowed"] = [deed for deed in CHANGES if is_theirs and where in scopes[deed]]


def allowed_at(session: Session, subject: dict[str, Any], now: datetime) -> list[str]:
    """Return which changes of duties for a subject are the caller's to enter."""
    row: dict[str, Any] = {"subject": subject, "role": ""}
    with_allowed(session, [row], now)
    allowed: list[str] = row["allowed"]
    return allowed


def _decided_at(
    session: Session, subject: dict[str, Any], lies_in: Mapping[UUID, UUID]
) -> UUID | None:
    """Return the grid whose keepers decide about a subject: see grids_of."""
    if subject["kind"] == "unit":
        return root(session).id
    id: UUID = subject["id"]
    return lies_in.get(id, id)
