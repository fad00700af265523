"""Letting the demo county live, day by day, up to yesterday.

Everything enters through importers and batch deeds, at the moments at which it would have. A
day that was lived to its end is marked in the trail; the next run goes on after the last mark.
Ids follow from what they name, so a day that broke off is lived again and nothing doubles.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from time import monotonic
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from gridsvc.audit import service as audit
from gridsvc.audit.models import AuditEntry
from gridsvc.audit.rules import Act
from gridsvc.demo import enforcement, offices
from gridsvc.demo import finds as finding
from gridsvc.demo.casework import open_categories, pending, steps
from gridsvc.demo.found import (
    MAKER,
    Demo,
    county_for,
    existing,
    found,
    is_one_town,
    is_settled,
    settle,
)
from gridsvc.demo.logins import give_passwords
from gridsvc.demo.phones import Outbox
from gridsvc.demo.photos import receive
from gridsvc.demo.rounds import Round, rounds
from gridsvc.demo.world import World
from gridsvc.enterprises.models import Enterprise
from gridsvc.errors import DomainError, Outcome
from gridsvc.grids.queries import has_boundaries
from gridsvc.ids import moment_of
from gridsvc.inspections import service as inspections
from gridsvc.issues.act import act
from gridsvc.issues.report import report
from gridsvc.issues.rules import IssueReport
from gridsvc.patrols import service as patrols
from gridsvc.patrols.due import DAY
from gridsvc.patrols.owed import last_visit
from gridsvc.proposals.service import propose
from gridsvc.session import Session, transaction
from gridsvc.weeks import local_day, midnight, week_of

LIVED = "demo.live"  # the deed that marks a day in the trail
LATEST_DAYS = 3  # after it, nothing of a day is still on a phone
MINUTE = timedelta(minutes=1)

Say = Callable[[str], None]
Deed = Callable[..., list[Outcome]]


def fill(
    now: datetime,
    say: Say,
    *,
    days: int | None = None,
    is_small: bool = False,
    is_beside: bool = False,
) -> Demo:
    """Found the demo county if it is not there, and let it live up to the day before `now`.

    It lives at most `days` of the days that are missing. Raises OtherJurisdictions.
    """
    demo = existing() or found(local_day(now), is_beside=is_beside)
    with transaction(demo.jurisdiction_id) as session:
        is_new = not is_settled(session)
        last = lived_until(session)
    if is_new or last is None:
        _settle(demo, say, is_small=is_small)
    yesterday = local_day(now) - DAY
    if last is not None and last >= yesterday:
        say(f"The demo county has lived up to {last}; nothing is missing.")
        return demo
    life = Life.begin(demo, last or demo.begins_on - DAY)
    life.live(min(yesterday, life.last + DAY * days) if days else yesterday, say)
    return demo


def lived_until(session: Session) -> date | None:
    """Return the last day that was lived to its end, or None."""
    marks = select(func.max(AuditEntry.at)).where(
        AuditEntry.deed == LIVED, AuditEntry.actor == MAKER.name
    )
    at = session.scalar(marks)
    return local_day(at) if at else None


def _settle(demo: Demo, say: Say, *, is_small: bool) -> None:
    begun = monotonic()
    with transaction(demo.jurisdiction_id) as session:
        is_small = is_one_town(session) if has_boundaries(session) else is_small
    settle(demo, county_for(demo, is_small=is_small), lambda name: say(f"imported {name}"))
    give_passwords(demo)
    say(f"The county is founded ({monotonic() - begun:.0f} s).")


@dataclass
class Life:
    """The county between two days: what it is, and what phones have not sent yet."""

    demo: Demo
    world: World
    last: date
    seen: dict[UUID, date]  # the last visit of each enterprise, else its registration
    waiting: dict[date, list[Round]] = field(default_factory=lambda: defaultdict(list))
    counts: Counter[str] = field(default_factory=Counter)

    @classmethod
    def begin(cls, demo: Demo, last: date) -> "Life":
        """Go on after the day `last`: what its phones still hold is worked out again."""
        again = max(last - DAY * (LATEST_DAYS - 1), demo.begins_on)
        with transaction(demo.jurisdiction_id) as session:
            world = World.read(session, midnight(last))
            seen = _seen(session, midnight(again))
        life = cls(demo, world, last, seen)
        for number in range((last - again).days + 1):
            for one in life._go_round(again + DAY * number):
                if one.arrives_on > last:
                    life.waiting[one.arrives_on].append(one)
        return life

    def live(self, until: date, say: Say) -> None:
        """Live each day up to `until`, and tell of every week."""
        begun = monotonic()
        while self.last < until:
            day = self.last + DAY
            self._live(day)
            self.last = day
            if day.weekday() == 6 or day == until:
                total = f"{self.counts['inspection']} visits, {self.counts['issue']} problems"
                say(f"{week_of(day)} lived: {total} so far ({monotonic() - begun:.0f} s)")
        say("entered: " + ", ".join(f"{n} {kind}" for kind, n in sorted(self.counts.items())))

    def _live(self, day: date) -> None:
        here = self.demo.jurisdiction_id
        if self.world.is_patrol_day(day):
            offices.record_leaves(here, self.world, day)
            offices.plan(here, day)
            offices.judge_flags(here, self.world, day)
            offices.sign_weeks(here, self.world, day)
            offices.accept_weeks(here, self.world, day)
            offices.close_month(here, self.world, day, self.demo.begins_on)
            offices.reply_to_orders(here, self.world, day)
            self._handle_cases(day)
            self._enforce(day)
            self._approve(day)
        for one in self._go_round(day):
            self.waiting[one.arrives_on].append(one)
        self._take_in(self.waiting.pop(day, []), day)
        self._mark(day)

    def _go_round(self, day: date) -> Iterator[Round]:
        for one in list(rounds(self.world, day, self.seen, self.demo.begins_on)):
            self.seen |= {visit.site.id: day for visit in one.visits}
            yield one

    def _handle_cases(self, day: date) -> None:
        now = midnight(day) + timedelta(hours=17)
        with transaction(self.demo.jurisdiction_id) as session:
            actions, shots = steps(self.world, pending(session, day), day)
        self._enter("issue_action", act, actions, now)
        with transaction(self.demo.jurisdiction_id) as session:
            receive(session, shots, now=now + MINUTE)
        self.counts["photo"] += len(shots)

    def _enforce(self, day: date) -> None:
        """Let the enforcement officers of the county inspect, now and then."""
        now = midnight(day) + timedelta(hours=17, minutes=30)
        with transaction(self.demo.jurisdiction_id) as session:
            enforcement.certify(session, self.world, day)
            made, shots = enforcement.inspections(session, self.world, day, self.demo.begins_on)
        self._enter("formal inspection", inspections.register, made, now)
        with transaction(self.demo.jurisdiction_id) as session:
            receive(session, shots, now=now + MINUTE)

    def _approve(self, day: date) -> None:
        """Let what was found a week ago be entered: from now on officers visit it."""
        if not finding.approve(self.demo.jurisdiction_id, self.world, day):
            return
        with transaction(self.demo.jurisdiction_id) as session:
            self.world = World.read(session, midnight(day))
        new = {site.id: day for village in self.world.villages for site in village.sites}
        self.seen = new | self.seen

    def _take_in(self, arrived: Sequence[Round], day: date) -> None:
        """Enter what phones send in the evening of a day, a kind after the other."""
        outbox, now = Outbox(), midnight(day) + timedelta(hours=18)
        for one in sorted(arrived, key=lambda each: each.begins):
            outbox.add(one)
        finds = list(finding.finds(self.world, arrived))
        places, shots = [place for place, _ in finds], [shot for _, shot in finds]
        self._enter("patrol", patrols.start, outbox.patrols, now)
        self._enter("track", patrols.hand_in_track, outbox.tracks, now + MINUTE)
        self._enter("patrol_end", patrols.end, outbox.ends, now + 2 * MINUTE)
        self._enter("inspection", inspections.register, outbox.inspections, now + 3 * MINUTE)
        self._enter("correction", inspections.register, outbox.corrections, now + 3.5 * MINUTE)
        self._enter("issue", report, self._new(outbox.issues), now + 4 * MINUTE)
        self._enter("enterprise_proposal", propose, places, now + 4.5 * MINUTE)
        self._enter("day_close", patrols.close_day, outbox.closes, now + 5 * MINUTE)
        with transaction(self.demo.jurisdiction_id) as session:
            receive(session, outbox.shots + shots, now=now + 6 * MINUTE)
        self.counts["photo"] += len(outbox.shots) + len(shots)

    def _new(self, reports: Iterable[IssueReport]) -> list[IssueReport]:
        """Leave out what is open already: nobody reports a problem twice."""
        with transaction(self.demo.jurisdiction_id) as session:
            known = open_categories(session)
        new = []
        for one in reports:
            if (one.enterprise_id, one.category) not in known:
                known.add((one.enterprise_id, one.category))
                new.append(one)
        return new

    def _enter(self, kind: str, deed: Deed, reports: Sequence[Any], now: datetime) -> None:
        if not reports:
            return
        with transaction(self.demo.jurisdiction_id) as session:
            outcomes = deed(session, reports, by=MAKER, now=now)
        refused = [outcome for outcome in outcomes if isinstance(outcome, DomainError)]
        self.counts[kind] += len(reports) - len(refused)
        if refused:
            self.counts[f"refused {kind}"] += len(refused)

    def _mark(self, day: date) -> None:
        """Note in the trail that a day was lived to its end."""
        now = midnight(day) + timedelta(hours=23)
        line = Act(
            deed=LIVED,
            subject_kind="grid",
            subject_id=self.world.county_id,
            changes={"day": [None, day.isoformat()]},
        )
        with transaction(self.demo.jurisdiction_id) as session:
            audit.record(session, [line], by=MAKER, at=now)


def _seen(session: Session, before: datetime) -> dict[UUID, date]:
    last = select(Enterprise.id, last_visit(before)).where(Enterprise.state == "active")
    return {id: local_day(at or moment_of(id)) for id, at in session.execute(last)}
