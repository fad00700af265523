"""Reading the ledger: which issues somebody may see, how many wait for what, and one of them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import aliased

from gridsvc.enterprises.models import Enterprise
from gridsvc.grids.models import Grid
from gridsvc.issues.effects import end_of
from gridsvc.issues.models import Issue, IssueAction
from gridsvc.issues.workflow import CLOSED, OPEN
from gridsvc.media.models import Photo, Upload
from gridsvc.rules.queries import numbers_at
from gridsvc.rules.rules import Numbers, local_day
from gridsvc.session import Session

Condition = ColumnElement[bool]


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Who reads, and the grids, enterprises and units whose issues their duties show them."""

    person_id: UUID
    subject_ids: Collection[UUID]

    @property
    def condition(self) -> Condition:
        return or_(
            Issue.grid_id.in_(self.subject_ids),
            Issue.enterprise_id.in_(self.subject_ids),
            Issue.lead_unit_id.in_(self.subject_ids),
            Issue.owner_id == self.person_id,
        )


def presets(now: datetime, numbers: Numbers) -> dict[str, Condition]:
    """Return what the lists that people work from select, by name."""
    today = local_day(now)
    soon = end_of(today + timedelta(days=numbers.warn_before_due_days))
    is_open = Issue.state.in_(OPEN)
    return {
        "waiting_assign": Issue.state == "found",
        "overdue": and_(is_open, Issue.due_at <= now),
        "due_soon": and_(is_open, Issue.due_at > now, Issue.due_at <= soon),
        "to_accept": Issue.state == "submitted",
        "to_close": Issue.state == "accepted",
        "look_back_due": and_(Issue.state == "closed", Issue.look_back_on <= today),
        "relapsed": and_(is_open, Issue.relapses > 0),
        "urgent": and_(is_open, Issue.urgent),
        "open": is_open,
        "closed": Issue.state.in_(CLOSED),
    }


def counts(
    session: Session, within: Sequence[Condition], named: dict[str, Condition]
) -> dict[str, int]:
    """Return how many of the issues `within` each preset selects."""
    columns = [func.count().filter(condition).label(name) for name, condition in named.items()]
    row = session.execute(select(*columns).select_from(Issue).where(*within)).one()
    return dict(row._mapping)


def page(
    session: Session, within: Sequence[Condition], *, limit: int, after: UUID | None = None
) -> tuple[Sequence[Issue], str | None]:
    """Return a page of the issues `within`, the latest found first, and where the next begins."""
    ledger = select(Issue).where(*within)
    if after:
        ledger = ledger.where(Issue.id < after)
    rows = session.scalars(ledger.order_by(Issue.id.desc()).limit(limit + 1)).all()
    return rows[:limit], str(rows[limit - 1].id) if len(rows) > limit else None


def filters(query: Mapping[str, Any], person_id: UUID) -> list[Condition]:
    """Return the conditions that narrow the ledger, and its counts with it."""
    given: list[Condition] = []
    if grid := query.get("grid"):
        given.append(Issue.grid_id.in_(_with_those_below(grid)))
    if enterprise := query.get("enterprise"):
        given.append(Issue.enterprise_id == enterprise)
    if query.get("owner") == "me":
        given.append(Issue.owner_id == person_id)
    if words := query.get("q"):
        given.append(_mentions(words))
    return given


def _with_those_below(grid_id: UUID) -> Any:
    parent = aliased(Grid)
    below = select(parent.id).where(parent.parent_id == grid_id)
    return select(Grid.id).where(
        or_(Grid.id == grid_id, Grid.parent_id == grid_id, Grid.parent_id.in_(below))
    )


def _mentions(words: str) -> Condition:
    named = select(Enterprise.id).where(Enterprise.name.icontains(words, autoescape=True))
    texts = (Issue.number, Issue.description, Issue.place)
    return or_(
        *(text.icontains(words, autoescape=True) for text in texts),
        Issue.enterprise_id.in_(named),
    )


def actions_of(session: Session, issue_id: UUID) -> Sequence[IssueAction]:
    """Return the actions of an issue, in the order in which they took effect."""
    taken = select(IssueAction).where(IssueAction.issue_id == issue_id)
    return session.scalars(taken.order_by(IssueAction.sync_version, IssueAction.id)).all()


def with_after_photo(session: Session, issue_ids: Iterable[UUID]) -> set[UUID]:
    """Return those of `issue_ids` whose last submission shows a photo taken after.

    Declared is not shown: its sender must have sent the bytes.
    """
    last = (
        select(
            IssueAction.issue_id,
            case(
                (IssueAction.action == "fix_on_spot", IssueAction.issue_id), else_=IssueAction.id
            ).label("record_id"),
        )
        .where(
            IssueAction.issue_id.in_(list(issue_ids)),
            IssueAction.action.in_(("submit", "fix_on_spot")),
        )
        .ext(distinct_on(IssueAction.issue_id))
        .order_by(IssueAction.issue_id, IssueAction.sync_version.desc(), IssueAction.id.desc())
    ).subquery()
    arrived = and_(
        Upload.sender_id == Photo.sender_id,
        Upload.sha256 == Photo.sha256,
        Upload.completed_at.is_not(None),
    )
    shown = (
        select(last.c.issue_id)
        .join(Photo, Photo.record_id == last.c.record_id)
        .join(Upload, arrived)
        .where(Photo.purpose == "after")
    )
    return set(session.scalars(shown))


def listed(
    session: Session, mine: Scope, query: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """Return a page of the ledger as IssuesQuerySchema asks for it, with the presets' counts.

    The counts narrow with the place, the owner and the words asked for, not with the list
    that is open.
    """
    named = presets(now, numbers_at(session, now))
    within = [mine.condition, *filters(query, mine.person_id)]
    asked = list(within)
    if state := query.get("state"):
        asked.append(Issue.state == state)
    if preset := query.get("preset"):
        asked.append(named[preset])
    if "overdue" in query:
        asked.append(named["overdue"] if query["overdue"] else named["overdue"].is_not(True))
    items, more = page(session, asked, limit=query["limit"], after=query.get("after"))
    return {"items": items, "next": more, "counts": counts(session, within, named)}
