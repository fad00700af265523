"""Which duties the caller keeps: the edge between HTTP and who may change the roster."""

from collections.abc import Iterator
from uuid import UUID

from gridsvc.accountability import access
from gridsvc.accountability.models import Duty
from gridsvc.accountability.rules import KEEPERS
from gridsvc.clock import utc_now
from gridsvc.errors import NotFound
from gridsvc.roster.queries import grids_of
from gridsvc.session import Session


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
        yield "duty.appoint_keeper"


def may_back_date(session: Session, duty: Duty) -> bool:
    """Say whether the caller may enter a change of a duty only after the moment it counts from."""
    allowed = access.visible_grids(session, "duty.back_date", utc_now())
    return grids_of(session, [duty]) <= allowed
