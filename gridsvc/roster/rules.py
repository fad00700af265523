"""Duties as a file asks for them, and what there is to compare them with. No session, no clock."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range

from gridsvc.accountability.models import Duty
from gridsvc.accountability.rules import POSTS, SEATED, SUBJECT_KINDS, Role
from gridsvc.db import Period
from gridsvc.tables import Line
from gridsvc.weeks import midnight

COLUMNS = (
    "login", "name", "phone", "role", "subject_kind", "subject_code", "seat", "from", "until",
)  # fmt: skip
OPTIONAL = ("phone", "seat", "from", "until")

_DAY = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T.+(?:Z|[+-]\d{2}:\d{2})")
MOST_SEATS = 9


@dataclass(frozen=True)
class Subject:
    """What a duty can be for."""

    id: UUID
    held_at: str  # the level of a grid, or the kind of another subject: see rules.Held


@dataclass(frozen=True)
class KnownPerson:
    id: UUID
    name: str
    phone: str | None
    has_account: bool


@dataclass(frozen=True, kw_only=True)
class HeldDuty:
    """A duty that there is, or that a line of the file asks for."""

    login: str
    role: str
    subject_kind: str
    subject_id: UUID
    seat: int
    period: Period
    id: UUID | None = None  # None: not there yet
    line: int | None = None  # None: the file does not touch it

    @property
    def post(self) -> tuple[str, UUID]:
        return self.role, self.subject_id


@dataclass(frozen=True)
class Known:
    """What is there before an import."""

    subjects: Mapping[tuple[str, str], Subject]  # by kind and code
    people: Mapping[str, KnownPerson]  # by login
    duties: Collection[HeldDuty]
    accounts_elsewhere: Collection[str]  # logins of people who are not here yet


@dataclass(frozen=True)
class Named:
    """What the file says of a person."""

    login: str
    name: str
    phone: str | None


class BadCell(ValueError):
    """A cell cannot be read as what it should be."""


def asked_duty(line: Line, subjects: Mapping[tuple[str, str], Subject]) -> HeldDuty:
    """Return the duty that a line asks for. Raises BadCell."""
    kind, code, role = line["subject_kind"], line["subject_code"], _role(line)
    subject = subjects.get((kind, code))
    if subject is None:
        raise BadCell(f"there is no {kind} with the code {code!r}")
    if f"{role}@{subject.held_at}" not in POSTS:
        raise BadCell(f"nobody is {role} of a grid of level {subject.held_at}")
    return HeldDuty(
        login=line["login"],
        role=role,
        subject_kind=kind,
        subject_id=subject.id,
        seat=_seat(line["seat"], role),
        period=_period(line["from"], line["until"]),
        line=line.number,
    )


def _role(line: Line) -> Role:
    try:
        role = Role(line["role"])
    except ValueError:
        raise BadCell(f"role {line['role']!r} is unknown") from None
    if line["subject_kind"] not in SUBJECT_KINDS[role]:
        fitting = " or ".join(sorted(SUBJECT_KINDS[role]))
        raise BadCell(f"{role} needs the subject kind {fitting}, not {line['subject_kind']!r}")
    return role


def _seat(text: str, role: Role) -> int:
    seats = range(1, 1 + (MOST_SEATS if role in SEATED else 1))
    if text in ("", *map(str, seats)):
        return int(text or 1)
    raise BadCell(f"seat {text!r} is not one of {seats[0]} to {seats[-1]}, which {role} has")


def _period(begins: str, until: str) -> Period:
    lower, upper = _midnight(begins), _midnight(until)
    if lower and upper and lower >= upper:
        raise BadCell(f"until {until} does not come after from {begins}")
    return Range(lower, upper)


def _midnight(text: str) -> datetime | None:
    """Return the beginning of a local day, written 2026-03-01 or 2026/3/1; None if empty.

    Or a moment with its offset, as an export has it where a duty began amid a day.
    """
    if not text:
        return None
    if _MOMENT.fullmatch(text):
        return _moment(text)
    try:
        year, month, day = map(int, _DAY.fullmatch(text).groups())  # type: ignore[union-attr]
        return midnight(date(year, month, day))
    except (AttributeError, ValueError, OverflowError):
        raise BadCell(f"{text!r} is not a day such as 2026-03-01") from None


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadCell(f"{text!r} is not a moment such as 2026-03-01T08:00:00+08:00") from None


def is_back_dated(duty: Duty) -> bool:
    """Say whether the beginning or the end of a duty was entered after it had come."""
    entered = (
        (duty.recorded_at, duty.period.lower),
        (duty.end_recorded_at, duty.period.upper),
    )
    return any(at is not None and then is not None and at > then for at, then in entered)
