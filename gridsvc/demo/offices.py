"""What the offices of the county do in the morning: leaves, weeks, months and their orders."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from fractions import Fraction
from uuid import UUID

from sqlalchemy import func, select

from gridsvc.accountability import leave as duties
from gridsvc.actor import person, system
from gridsvc.demo.chance import chance
from gridsvc.demo.rounds import Leave, leaves, noon
from gridsvc.demo.texts import (
    APPEAL,
    COMMENTS,
    LEAVE_REASONS,
    MINUTES,
    ORDERS,
    REPLY,
    RETURNED,
    TRIAL_MINUTES,
    VERDICTS,
    WORDS,
)
from gridsvc.demo.world import SEED, World
from gridsvc.dispatches import orders as ordering
from gridsvc.dispatches import service as months
from gridsvc.dispatches.models import MonthlyDispatch
from gridsvc.dispatches.queries import dispatch_of, orders
from gridsvc.dispatches.rules import RANKED_BY, share
from gridsvc.flags import service as flags
from gridsvc.flags.models import Flag
from gridsvc.ids import named_id
from gridsvc.patrols.due import DAY
from gridsvc.session import Session, transaction
from gridsvc.summaries import service as weeks
from gridsvc.summaries.models import WeeklySignature, WeeklySummary
from gridsvc.weeks import midnight, month_before, month_of, month_span, week_of, week_span

SLOW_PCT = 40  # of the towns: they sign a week later than the others
RETURNED_PCT = 4
MONTH_SIGNED_FROM = 2  # the day of the next month
ORDERED_TOWNS = 2
ORDER_DAYS = 14
REPLY_AFTER_DAYS = (4, 28)  # the first order of a month is answered in time, the second is not


def record_leaves(jurisdiction_id: int, world: World, day: date) -> None:
    """Let the heads of the villages record the leaves that begin on a day."""
    for leave in leaves(world, day):
        head = world.holder("grid_head", leave.village.id, noon(day))
        if leave.first == day and head:
            with transaction(jurisdiction_id) as session:
                _record(session, leave, head)


def judge_flags(jurisdiction_id: int, world: World, day: date) -> None:
    """Let the head of each town look at some of last week's hints on a Monday.

    One is dismissed with a reason, another confirmed, to which its maker says something.
    """
    if day.weekday() != 0:
        return
    at = midnight(day) + timedelta(hours=9)
    for town_id in {village.town_id for village in world.villages}:
        head = world.holder("grid_head", town_id, at)
        grids = [village.id for village in world.villages if village.town_id == town_id]
        if head:
            with transaction(jurisdiction_id) as session:
                _judge(session, grids, head, at)


def _judge(session: Session, grid_ids: Sequence[UUID], head: UUID, at: datetime) -> None:
    fresh = select(Flag).where(
        Flag.grid_id.in_(grid_ids), Flag.state == "open", Flag.appeal.is_(None),
        Flag.sender_id != head, Flag.occurred_at >= at - DAY * 7, Flag.occurred_at < at,
    )  # fmt: skip
    found = session.scalars(
        fresh.order_by(Flag.score.desc(), Flag.occurred_at, Flag.id).limit(2)
    ).all()
    in_turn = VERDICTS if at.isocalendar().week % 2 else VERDICTS[::-1]
    for flag, (verdict, reason) in zip(found, in_turn, strict=False):
        flags.review(session, flag.id, verdict=verdict, reason=reason, version=flag.version,
                     by=person(head), now=at)  # fmt: skip
        if verdict == "confirmed":
            later = at + timedelta(hours=1)
            flags.appeal(session, flag.id, APPEAL, by=person(flag.sender_id), now=later)


def _record(session: Session, leave: Leave, head: UUID) -> None:
    reason = chance(SEED, "reason", leave.village.code, str(leave.first)).choice(LEAVE_REASONS)
    try:
        duties.record_leave(
            session,
            leave.person_id,
            substitute_id=head if leave.has_substitute else None,
            first_day=leave.first,
            last_day=leave.last,
            reason=reason,
            by=person(head),
            now=midnight(leave.first) + timedelta(hours=8),
        )
    except duties.OnLeaveAlready:
        return  # this day was lived before


def plan(jurisdiction_id: int, day: date) -> None:
    """Make the weeks and months that are missing, as their jobs do."""
    now = midnight(day) + timedelta(hours=8, minutes=10)
    with transaction(jurisdiction_id) as session:
        weeks.plan(session, by=system("summaries.plan"), now=now)
    with transaction(jurisdiction_id) as session:
        months.plan(session, by=system("dispatches.plan"), now=now)


def sign_weeks(jurisdiction_id: int, world: World, day: date) -> None:
    """Let the heads of the towns sign the weeks that are over; slow towns do so a week later."""
    now = midnight(day) + timedelta(hours=9)
    with transaction(jurisdiction_id) as session:
        unsigned = select(WeeklySummary.id, WeeklySummary.grid_id, WeeklySummary.week).where(
            WeeklySummary.state.in_(["draft", "returned"]), WeeklySummary.week < week_of(day)
        )
        due = [
            (id, town_id)
            for id, town_id, week in session.execute(unsigned.order_by(WeeklySummary.id))
            if day >= _signs_on(world, town_id, week)
        ]
    for minutes, (id, town_id) in enumerate(due):
        head = world.holder("grid_head", town_id, noon(day))
        if head:
            with transaction(jurisdiction_id) as session:
                _sign(session, id, head, now + timedelta(minutes=minutes))


def _signs_on(world: World, town_id: UUID, week: str) -> date:
    monday = week_span(week).last + DAY
    code = world.towns[town_id]
    is_slow = chance(SEED, "dawdles", code).random() < SLOW_PCT / 100
    return monday + DAY * (7 if is_slow else chance(SEED, "signs", code, week).randint(0, 1))


def _sign(session: Session, id: UUID, head: UUID, now: datetime) -> None:
    summary = session.get_one(WeeklySummary, (session.jurisdiction_id, id))
    for exception in weeks.draft(session, summary, now=now).exceptions:
        key = exception["key"]
        if exception["needs_word"] and not summary.remarks.get(key):
            weeks.remark(
                session, id, version=summary.version, key=key, word=WORDS[key],
                by=person(head), now=now,
            )  # fmt: skip
    comment = chance(SEED, "comment", summary.week, str(summary.grid_id)).choice(COMMENTS)
    weeks.sign(
        session, id, version=summary.version, comment=comment, signer_id=head,
        by=person(head), now=now,
    )  # fmt: skip


def accept_weeks(jurisdiction_id: int, world: World, day: date) -> None:
    """Let the office of the county accept what was signed before a day, or return it, once."""
    now = midnight(day) + timedelta(hours=14)
    office = world.holder("dispatcher", world.county_id, noon(day))
    if office is None:
        return
    with transaction(jurisdiction_id) as session:
        signed = (
            select(WeeklySummary.id, func.count())
            .join(WeeklySignature, WeeklySignature.summary_id == WeeklySummary.id)
            .where(WeeklySummary.state == "signed")
            .group_by(WeeklySummary.id)
            .having(func.max(WeeklySignature.signed_at) < midnight(day))
        )
        waiting = [(id, times) for id, times in session.execute(signed.order_by(WeeklySummary.id))]
    for id, times in waiting:
        with transaction(jurisdiction_id) as session:
            _answer(session, id, office, is_first=times == 1, now=now)


def _answer(session: Session, id: UUID, office: UUID, *, is_first: bool, now: datetime) -> None:
    summary = session.get_one(WeeklySummary, (session.jurisdiction_id, id))
    luck = chance(SEED, "returned", summary.week, str(summary.grid_id)).random()
    if is_first and luck < RETURNED_PCT / 100:
        weeks.send_back(session, id, RETURNED, by=person(office), now=now)
    else:
        weeks.accept(session, id, accepter_id=office, by=person(office), now=now)


def close_month(jurisdiction_id: int, world: World, day: date, began: date) -> None:
    """Let the head of the county sign the month before, and give two orders.

    A month that had begun when the county did is signed, but nobody is told off for it.
    """
    if day.day < MONTH_SIGNED_FROM:
        return
    now = midnight(day) + timedelta(hours=15)
    month = month_before(month_of(day))
    office = world.holder("dispatcher", world.county_id, noon(day))
    head = world.holder("grid_head", world.county_id, noon(day))
    if not (office and head):
        return
    is_whole = month_span(month).first >= began
    deeds: list[Callable[[Session, MonthlyDispatch], None]] = [
        lambda session, month: _minute(
            session, month, MINUTES if is_whole else TRIAL_MINUTES, office, now
        ),
        lambda session, month: _sign_month(session, month, head, now),
    ]
    if is_whole:
        deeds.append(lambda session, month: _order(session, month, office, now))
    for deed in deeds:
        with transaction(jurisdiction_id) as session:
            if dispatch := dispatch_of(session, world.county_id, month):
                deed(session, dispatch)


def _minute(
    session: Session, dispatch: MonthlyDispatch, minutes: str, office: UUID, now: datetime
) -> None:
    if dispatch.state == "draft" and not dispatch.minutes:
        months.write_minutes(
            session, dispatch.id, version=dispatch.version, minutes=minutes,
            by=person(office), now=now,
        )  # fmt: skip


def _sign_month(session: Session, dispatch: MonthlyDispatch, head: UUID, now: datetime) -> None:
    if dispatch.state == "draft":
        months.sign(
            session, dispatch.id, version=dispatch.version, signer_id=head,
            by=person(head), now=now,
        )  # fmt: skip


def _order(session: Session, dispatch: MonthlyDispatch, office: UUID, now: datetime) -> None:
    """Give orders to the towns that stand last, by what they are weakest in."""
    if orders(session, dispatch_id=dispatch.id):
        return
    ranking = months.content(session, dispatch, now=now)["ranking"]
    for row in ranking[-ORDERED_TOWNS:]:
        shares = {key: share(row["numbers"][key]) or Fraction(1) for key in RANKED_BY}
        weakest = min(RANKED_BY, key=lambda key: shares[key])
        wanted = ordering.Wanted(
            id=named_id(now, "order", dispatch.month, row["grid"]["code"]),
            dispatch_id=dispatch.id,
            addressee_id=UUID(row["grid"]["id"]),
            requirement=ORDERS[weakest],
            measured_by=weakest,
            due_on=now.date() + timedelta(days=ORDER_DAYS),
        )
        ordering.issue(session, wanted, issuer_id=office, by=person(office), now=now)


def reply_to_orders(jurisdiction_id: int, world: World, day: date) -> None:
    """Let the heads of the towns answer orders: the first of a month soon, the others late."""
    now = midnight(day) + timedelta(hours=16)
    with transaction(jurisdiction_id) as session:
        standing: dict[UUID, int] = {}
        due = []
        for order in orders(session):
            place = standing[order.dispatch_id] = standing.get(order.dispatch_id, -1) + 1
            after = REPLY_AFTER_DAYS[min(place, 1)]
            if order.replied_at is None and now - order.issued_at >= timedelta(days=after):
                due.append((order.id, order.addressee_id))
    for id, town_id in due:
        head = world.holder("grid_head", town_id, noon(day))
        if head:
            with transaction(jurisdiction_id) as session:
                ordering.reply(session, id, REPLY, replier_id=head, by=person(head), now=now)
