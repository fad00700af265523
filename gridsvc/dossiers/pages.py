"""Putting the file of an enterprise together, as far as its reader may see it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from gridsvc.dossiers import queries
from gridsvc.enterprises.models import Enterprise
from gridsvc.grids.models import Grid
from gridsvc.session import Session
from gridsvc.weeks import LOCAL, local_day

PERMIT_ENDS_SOON_D = 30


def dossier(
    session: Session, enterprise: Enterprise, *, sees: Callable[[str], bool], now: datetime
) -> dict[str, Any]:
    """Return the file of an enterprise. Parts that its reader may not see are None.

    `sees` says whether the reader may do a deed, such as field.read, where the place lies.
    """
    entries = queries.entries_of(session, enterprise)
    ids = [enterprise.id, *(entry.id for entry in entries)]
    return {
        "enterprise": enterprise,
        "grid": session.get(Grid, (session.jurisdiction_id, enterprise.grid_id)),
        "merged_into": _into(session, enterprise),
        "entries": entries,
        "sites": queries.sites_of(session, enterprise),
        "found": queries.found_by(session, enterprise.id),
        "permit": permit_state(enterprise, now),
        "versions": queries.versions(session, enterprise.id),
        "penalties": queries.penalties(session, ids),
        "visits": queries.visits(session, ids, _new_year(now)) if sees("field.read") else None,
        "formal": queries.formal(session, ids, now) if sees("field.read") else None,
        "issues": queries.issues(session, ids) if sees("issue.read") else None,
        "as_of": now,
    }


def permit_state(enterprise: Enterprise, now: datetime) -> str:
    """Return how the permit stands: none, good, ending (within 30 days) or ended."""
    if not enterprise.permit_no:
        return "none"
    if enterprise.permit_until is None:
        return "good"
    left = (enterprise.permit_until - local_day(now)).days
    return "ended" if left < 0 else "ending" if left <= PERMIT_ENDS_SOON_D else "good"


def _into(session: Session, enterprise: Enterprise) -> Enterprise | None:
    if enterprise.merged_into_id is None:
        return None
    return session.get(Enterprise, (session.jurisdiction_id, enterprise.merged_into_id))


def _new_year(now: datetime) -> datetime:
    return datetime(local_day(now).year, 1, 1, tzinfo=LOCAL).astimezone(UTC)
