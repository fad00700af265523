"""Reading what a trace is made of: a fixed number of queries, however long it is."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select

from gridsvc.accountability.models import Duty, Handover
from gridsvc.accountability.queries import history
from gridsvc.audit.models import AuditEntry
from gridsvc.dispatches.models import DispatchOrder
from gridsvc.dispatches.queries import orders
from gridsvc.enterprises.models import Enterprise
from gridsvc.grids.models import Grid
from gridsvc.inspections.models import Inspection
from gridsvc.issues.models import Issue, IssueAction
from gridsvc.media.queries import missing, photos_of
from gridsvc.people.models import Person
from gridsvc.session import Session
from gridsvc.traces.places import Lay, Traced, answering, lay_in
from gridsvc.traces.rules import Subject, TraceTooLong, Window

LONGEST = 5000  # visits

Photos = dict[UUID, list[dict[str, Any]]]


@dataclass(frozen=True, kw_only=True)
class Found:
    """All that a trace is made of."""

    subject: Traced
    window: Window
    lay: Lay
    subjects: Sequence[Subject]
    enterprises: Sequence[Enterprise]  # whose due visits count
    duties: Sequence[Duty]
    handovers: Mapping[UUID, Handover]
    visits: Sequence[tuple[Inspection, Person, Enterprise]]
    issues: Sequence[Issue]
    actions: Sequence[tuple[IssueAction, Person]]
    orders: Sequence[DispatchOrder]

    @property
    def record_ids(self) -> list[UUID]:
        return [
            *(visit.id for visit, _, _ in self.visits),
            *(issue.id for issue in self.issues),
            *(action.id for action, _ in self.actions),
        ]

    @property
    def trail_ids(self) -> list[UUID]:
        """Whatever the trail may have a line about."""
        return [
            self.subject.row.id,
            *self.record_ids,
            *(order.id for order in self.orders),
            *(duty.id for duty in self.duties),
            *(handover.id for handover in self.handovers.values()),
        ]


def gather(session: Session, subject: Traced, window: Window) -> Found:
    """Return what the trace of something is made of. Raises TraceTooLong."""
    lay = lay_in(session, subject, window)
    subjects = answering(session, subject, lay)
    grid_ids, enterprises = reach(session, subject)
    watched = {one.id for one in subjects} | {one.id for one in enterprises}
    duties = history(session, watched | set(grid_ids))
    found = issues(session, subject, grid_ids, window)
    return Found(
        subject=subject,
        window=window,
        lay=lay,
        subjects=subjects,
        enterprises=enterprises,
        duties=duties,
        handovers=handovers(session, [duty.id for duty in duties]),
        visits=visits(session, subject, grid_ids, window),
        issues=found,
        actions=actions(session, [issue.id for issue in found]),
        orders=_orders(session, subject, subjects, window),
    )


def handovers(session: Session, duty_ids: Collection[UUID]) -> dict[UUID, Handover]:
    """Return the handovers that began duties, by duty."""
    found = select(Handover).where(Handover.begun_id.in_(duty_ids))
    return {handover.begun_id: handover for handover in session.scalars(found)}


def reach(session: Session, subject: Traced) -> tuple[list[UUID], Sequence[Enterprise]]:
    """Return the grids whose records a trace shows, and the enterprises in question."""
    if subject.enterprise:
        return [], [subject.enterprise]
    if subject.kind == "issue":
        return [], []
    below = select(Grid.id).where(Grid.parent_id == subject.grid_id)
    wanted = or_(
        Grid.id == subject.grid_id, Grid.parent_id == subject.grid_id, Grid.parent_id.in_(below)
    )
    grid_ids = list(session.scalars(select(Grid.id).where(wanted)))
    there = select(Enterprise).where(Enterprise.grid_id.in_(grid_ids)).order_by(Enterprise.code)
    return grid_ids, session.scalars(there).all()


def visits(
    session: Session, subject: Traced, grid_ids: Collection[UUID], window: Window
) -> list[tuple[Inspection, Person, Enterprise]]:
    """Return the inspections of a trace, the earliest first. Raises TraceTooLong.

    Those of an issue are those of its enterprise, else the one that found it.
    """
    found = (
        select(Inspection, Person, Enterprise)
        .join(Person, _same(Inspection, Person, Inspection.sender_id))
        .join(Enterprise, _same(Inspection, Enterprise, Inspection.enterprise_id))
        .where(
            _about(subject, grid_ids),
            Inspection.occurred_at >= window.begins,
            Inspection.occurred_at < window.ends,
        )
        .order_by(Inspection.occurred_at, Inspection.id)
        .limit(LONGEST + 1)
    )
    rows = [(visit, somebody, place) for visit, somebody, place in session.execute(found)]
    if len(rows) > LONGEST:
        raise TraceTooLong(f"More than {LONGEST} visits.", most=LONGEST)
    return rows


def _about(subject: Traced, grid_ids: Collection[UUID]) -> ColumnElement[bool]:
    if subject.enterprise:
        return Inspection.enterprise_id == subject.enterprise.id
    if isinstance(subject.row, Issue):
        return Inspection.id == subject.row.inspection_id
    return Inspection.grid_id.in_(grid_ids)


def issues(
    session: Session, subject: Traced, grid_ids: Collection[UUID], window: Window
) -> Sequence[Issue]:
    """Return the issues that were found in a trace, or still open or watched in it."""
    if isinstance(subject.row, Issue):
        return [subject.row] if subject.row.occurred_at < window.ends else []
    where = (
        Issue.enterprise_id == subject.enterprise.id
        if subject.enterprise
        else Issue.grid_id.in_(grid_ids)
    )
    last = func.greatest(Issue.occurred_at, Issue.closed_at, Issue.looked_back_at)
    matters = or_(last >= window.begins, Issue.state.not_in(["closed", "looked_back", "void"]))
    found = select(Issue).where(where, Issue.occurred_at < window.ends, matters)
    return session.scalars(found.order_by(Issue.occurred_at, Issue.id)).all()


def actions(session: Session, issue_ids: Collection[UUID]) -> list[tuple[IssueAction, Person]]:
    """Return every action on issues, with who took it."""
    taken = (
        select(IssueAction, Person)
        .join(Person, _same(IssueAction, Person, IssueAction.sender_id))
        .where(IssueAction.issue_id.in_(issue_ids))
    )
    return [(action, somebody) for action, somebody in session.execute(taken)]


def towns(session: Session, subjects: Sequence[Subject], subject: Traced) -> list[UUID]:
    """Return the towns whose orders belong to a trace."""
    grid_ids = [one.id for one in subjects if one.kind == "grid"]
    if isinstance(subject.row, Grid) and subject.row.level == 1:
        return list(session.scalars(select(Grid.id).where(Grid.parent_id == subject.row.id)))
    wanted = select(Grid.id).where(Grid.id.in_(grid_ids), Grid.level == 2)
    return list(session.scalars(wanted))


def _orders(
    session: Session, subject: Traced, subjects: Sequence[Subject], window: Window
) -> list[DispatchOrder]:
    """Return the orders to its towns that were given, or still open, in a trace."""
    given = orders(session, addressee_ids=towns(session, subjects, subject))
    return [
        order
        for order in given
        if order.issued_at < window.ends
        and (order.replied_at is None or order.replied_at >= window.begins)
    ]


def photos(session: Session, record_ids: Sequence[UUID]) -> Photos:
    """Return the photos of records, and of each whether its bytes are here."""
    absent = missing(session, record_ids)
    found: Photos = defaultdict(list)
    for photo in photos_of(session, record_ids):
        found[photo.record_id].append(
            {
                "sha256": photo.sha256,
                "purpose": photo.purpose,
                "taken_at": photo.taken_at,
                "original_sha256": photo.original_sha256,
                "arrived": photo.sha256 not in absent.get(photo.record_id, []),
            }
        )
    return found


def lines(session: Session, subject_ids: Collection[UUID], until: datetime) -> Sequence[Any]:
    """Return the lines of the trail about the subjects of a trace, the oldest first."""
    entry = AuditEntry
    about = (
        select(
            entry.seq, entry.at, entry.deed, entry.subject_kind, entry.subject_id, entry.hash,
            entry.person_id, Person.name.label("person_name"),
        )
        .outerjoin(Person, _same(entry, Person, entry.person_id))
        .where(entry.subject_id.in_(subject_ids), entry.at <= until)
        .order_by(entry.seq)
    )  # fmt: skip
    return session.execute(about).all()


def _same(table: Any, other: Any, reference: Any) -> ColumnElement[bool]:
    """The join along a reference inside one jurisdiction."""
    return and_(other.jurisdiction_id == table.jurisdiction_id, other.id == reference)
