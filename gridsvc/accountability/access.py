"""What the caller's duties let them see and do. The edge between HTTP and the duties."""

from datetime import datetime
from uuid import UUID

from flask import Request, request

from gridsvc.accountability.queries import granted, held_by
from gridsvc.accountability.rules import PERMISSION, Held, allows, may, scope
from gridsvc.clock import utc_now
from gridsvc.errors import Forbidden, NotFound, Refused
from gridsvc.identity import Caller, caller
from gridsvc.session import Session, transaction

HELD = "gridsvc.held"  # read once for each request


class NotYours(Forbidden):
    """None of your duties allows this."""


class NotFoundHere(NotFound):
    """There is no such thing, or none that you may see."""


class PurposeMissing(Refused):
    """This is read for a purpose only, which is noted. Name it."""


def authorize(who: Caller, deed: str) -> bool:
    """Say whether any duty that `who` holds now allows `deed` somewhere."""
    with transaction(who.jurisdiction_id) as session:
        return allows(_held(session, who), deed, utc_now())


def remember(asking: Request, held: list[Held]) -> None:
    """Keep what whoever makes this request ever held, as it was read beside who they are."""
    asking.environ[HELD] = held


def held_by_caller(session: Session) -> list[Held]:
    """Return all that the caller ever held."""
    return _held(session, caller())


def visible_grids(session: Session, deed: str, at: datetime | None = None) -> set[UUID]:
    """Return the grids (and other subjects) where the caller may do `deed` now."""
    return scope(held_by_caller(session), deed, at or utc_now())


def require(
    session: Session,
    deed: str,
    subject_id: UUID,
    *,
    sees: str = "field.read",
    unseen: NotFound | None = None,
) -> None:
    """Raise unless the caller may do `deed` to a subject now.

    Raises NotYours where the caller may see it (`sees`), else `unseen`: what is foreign does
    not even exist, so it is refused in the words for what there is not.
    """
    held, now = held_by_caller(session), utc_now()
    if may(held, deed, subject_id, now):
        return
    if sees in PERMISSION and may(held, sees, subject_id, now):
        raise NotYours("None of your duties allows this there.", deed=deed)
    raise unseen or NotFoundHere(f"There is no {subject_id}, or none that you may see.")


def need_purpose(purpose: str | None) -> str:
    """Return what somebody reads something sealed for. Raises PurposeMissing."""
    if purpose is None:
        raise PurposeMissing("Say what for: purpose=...")
    return purpose


def _held(session: Session, who: Caller) -> list[Held]:
    if HELD not in request.environ:
        grant = who.grant
        held = (
            held_by(session, who.person_id)
            if grant is None
            else granted(session, grant.grid_id, grant.deeds)
        )
        remember(request, held)
    known: list[Held] = request.environ[HELD]
    return known
