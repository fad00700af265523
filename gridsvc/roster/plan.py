"""What an import of people and their duties would do. No session, no clock."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import chain
from uuid import UUID

from gridsvc.accountability.rules import KEPT_APART, SEATED
from gridsvc.roster.rules import BadCell, HeldDuty, Known, Named, asked_duty
from gridsvc.tables import Fault, Line
from gridsvc.weeks import local_day

_EVER = datetime.min.replace(tzinfo=UTC)
_LONGEST_LOGIN = 100


@dataclass
class Plan:
    """What an import would do."""

    new_people: list[Named] = field(default_factory=list)
    changed_people: list[Named] = field(default_factory=list)
    unchanged_people: int = 0
    begun: list[HeldDuty] = field(default_factory=list)
    ended: list[HeldDuty] = field(default_factory=list)  # with the period they get
    unchanged_duties: int = 0
    faults: list[Fault] = field(default_factory=list)

    @property
    def changes_nothing(self) -> bool:
        return not (self.new_people or self.changed_people or self.begun or self.ended)


def plan_import(lines: Iterable[Line], known: Known, *, joins: bool = False) -> Plan:
    """Compare a file with what is there. `joins` lets accounts from elsewhere join."""
    plan, asked = Plan(), []
    people = _People(known, joins)
    for line in lines:
        wrong = [*people.take(line)]
        try:
            asked.append(asked_duty(line, known.subjects))
        except BadCell as bad:
            wrong.append(str(bad))
        plan.faults += [line.fault(reason) for reason in wrong]
    people.sort_out(plan)
    _sort_out_duties(plan, asked, known)
    return plan


class _People:
    """Gathers who is named in a file: one person for each login, named the same way each time."""

    def __init__(self, known: Known, joins: bool) -> None:
        self._known = known
        self._joins = joins
        self._named: dict[str, Named] = {}
        self._first: dict[str, int] = {}

    def take(self, line: Line) -> Iterator[str]:
        """Take a line in, and yield what is wrong with how it names somebody."""
        login, name, phone = line["login"], line["name"], line["phone"] or None
        if not login or len(login) > _LONGEST_LOGIN or any(map(str.isspace, login)):
            yield f"login {login!r} is empty, too long, or contains a space"
        if not name:
            yield "name is empty"
        if login in self._known.accounts_elsewhere and not self._joins:
            yield f"login {login!r} has an account in another jurisdiction; --join lets it in"
        earlier = self._named.setdefault(login, Named(login, name, phone))
        first = self._first.setdefault(login, line.number)
        if earlier.name != name:
            yield f"login {login!r} is {earlier.name} in line {first}, and {name} here"
        if phone and earlier.phone and earlier.phone != phone:
            yield f"login {login!r} has the phone {earlier.phone} in line {first}, and {phone} here"
        if phone and not earlier.phone:
            self._named[login] = replace(earlier, phone=phone)

    def sort_out(self, plan: Plan) -> None:
        for login, named in self._named.items():
            person = self._known.people.get(login)
            if person is None or not person.has_account:
                plan.new_people.append(named)
            elif (named.name, named.phone or person.phone) != (person.name, person.phone):
                plan.changed_people.append(replace(named, phone=named.phone or person.phone))
            else:
                plan.unchanged_people += 1


def _sort_out_duties(plan: Plan, asked: Iterable[HeldDuty], known: Known) -> None:
    there = {_key(duty): duty for duty in known.duties}
    touched: dict[UUID | None, HeldDuty] = {}
    for duty in asked:
        held = there.get(_key(duty))
        if held is None:
            plan.begun.append(duty)
        elif held.id in touched:
            plan.faults.append(_fault(duty, f"is the same duty as line {touched[held.id].line}"))
        else:
            touched[held.id] = _compare(plan, duty, held)
    untouched = [duty for duty in known.duties if duty.id not in touched]
    plan.faults += _clashes([*untouched, *touched.values(), *plan.begun])


def _key(duty: HeldDuty) -> tuple[object, ...]:
    """Return what a duty is known by: who, what, since when."""
    return duty.login, duty.role, duty.subject_id, duty.period.lower


def _compare(plan: Plan, asked: HeldDuty, held: HeldDuty) -> HeldDuty:
    """Note what a line changes of a duty, and return it as it will be.

    A line without an end says nothing about the end: it may be older than a handover.
    """
    now = replace(held, line=asked.line)
    if asked.seat != held.seat:
        plan.faults.append(_fault(asked, f"has been on seat {held.seat}, not {asked.seat}"))
    if asked.period.upper in (None, held.period.upper):
        plan.unchanged_duties += 1
    elif held.period.upper is not None:
        ended = local_day(held.period.upper)
        plan.faults.append(_fault(asked, f"has ended on {ended}; an end is not moved by an import"))
    else:
        now = replace(now, period=asked.period)
        plan.ended.append(now)
    return now


def _clashes(duties: Iterable[HeldDuty]) -> Iterator[Fault]:
    """Yield a fault for each line that puts two on a seat, or somebody twice on a post.

    And for each that makes an administrator one of another kind, too.
    """
    seats, posts, keepers = defaultdict(list), defaultdict(list), defaultdict(list)
    for duty in duties:
        if duty.role in KEPT_APART:
            keepers[duty.login].append(duty)
        posts[duty.login, duty.post].append(duty)
        if duty.role in SEATED:
            seats[duty.post, duty.seat].append(duty)
    several = (group for group in keepers.values() if len({duty.role for duty in group}) > 1)
    for group in chain(seats.values(), posts.values(), several):
        yield from _overlaps(group)


def _overlaps(group: list[HeldDuty]) -> Iterator[Fault]:
    """Yield a fault for each duty that begins before an earlier one has ended.

    Those that were there before do not overlap, so a line of the file is always to blame.
    """
    in_order = sorted(group, key=lambda duty: (duty.period.lower or _EVER, duty.line or 0))
    longest: HeldDuty | None = None
    for duty in in_order:
        if longest is not None and duty.period.overlaps(longest.period):
            blamed, other = _blame(duty, longest)
            yield _fault(blamed, _clash(blamed, other))
        if longest is None or _ends(duty) > _ends(longest):
            longest = duty


def _blame(one: HeldDuty, other: HeldDuty) -> tuple[HeldDuty, HeldDuty]:
    """Return both, first the one that is to be reported: the newer, the later in the file."""
    later = max((one, other), key=lambda duty: (duty.id is None, duty.line or 0))
    return later, other if later is one else one


def _clash(blamed: HeldDuty, other: HeldDuty) -> str:
    where = f"line {other.line}" if other.line else "here already"
    if blamed.role != other.role:
        return f"{other.login} is {other.role} at the same time ({where}), and nobody is both"
    if blamed.login == other.login:
        return f"{other.login} holds this duty at the same time ({where})"
    return f"seat {other.seat} is held by {other.login} at the same time ({where})"


def _ends(duty: HeldDuty) -> datetime:
    return duty.period.upper or datetime.max.replace(tzinfo=UTC)


def _fault(duty: HeldDuty, reason: str) -> Fault:
    return Fault(duty.line or 0, reason)
