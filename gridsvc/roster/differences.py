"""What an import would change, line by line, for whoever decides about it. No session, no clock."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

from gridsvc.digests import canonical, digest
from gridsvc.errors import Conflict
from gridsvc.roster.export import day_or_moment
from gridsvc.roster.plan import Plan
from gridsvc.roster.rules import HeldDuty, Known
from gridsvc.tables import Fault, require_faultless

HEADER = (
    "change", "login", "name", "phone", "role", "subject_kind", "subject_code", "seat", "from",
    "until", "before",
)  # fmt: skip


class RosterChanged(Conflict):
    """The import would change something else than the dry run said."""


def report(plan: Plan, known: Known, faults: Iterable[Fault]) -> dict[str, Any]:
    """Return what an import would do, and a digest of it: as long as that stands, so does this."""
    found = differences(plan, known)
    return {
        "dry_run": True,
        "people": {
            "new": len(plan.new_people),
            "changed": len(plan.changed_people),
            "unchanged": plan.unchanged_people,
        },
        "duties": {
            "begun": len(plan.begun),
            "ended": len(plan.ended),
            "unchanged": plan.unchanged_duties,
        },
        "differences": found,
        "faults": sorted({*faults, *plan.faults}),
        "digest": digest(canonical(found)),
        "codes": [],
    }


def require_as_told(told: Mapping[str, Any], expected: str | None) -> None:
    """Raise FaultyTable, or RosterChanged unless an import is what the dry run said."""
    require_faultless(told["faults"])
    if told["digest"] != expected:
        raise RosterChanged("Read the differences of a dry run first.", digest=told["digest"])


def differences(plan: Plan, known: Known) -> list[dict[str, str]]:
    """Return a row of HEADER for each person and each duty that an import would change."""
    codes = {subject.id: code for (_, code), subject in known.subjects.items()}
    return [*_people(plan, known), *_duties(plan, codes)]


def _people(plan: Plan, known: Known) -> Iterator[dict[str, str]]:
    for named in plan.new_people:
        yield _row("person new", login=named.login, name=named.name, phone=named.phone or "")
    for named in plan.changed_people:
        person = known.people[named.login]
        before = f"{person.name} {person.phone or ''}".strip()
        yield _row(
            "person changed", login=named.login, name=named.name, phone=named.phone or "",
            before=before,
        )  # fmt: skip


def _duties(plan: Plan, codes: Mapping[UUID, str]) -> Iterator[dict[str, str]]:
    for duty in plan.begun:
        yield _duty("duty new", duty, codes)
    for duty in plan.ended:
        yield _duty("duty ended", duty, codes) | {"before": "no end"}


def _duty(change: str, duty: HeldDuty, codes: Mapping[UUID, str]) -> dict[str, str]:
    return _row(
        change,
        login=duty.login,
        role=duty.role,
        subject_kind=duty.subject_kind,
        subject_code=codes[duty.subject_id],
        seat=str(duty.seat),
        **{"from": day_or_moment(duty.period.lower), "until": day_or_moment(duty.period.upper)},
    )


def _row(change: str, **cells: str) -> dict[str, str]:
    return dict.fromkeys(HEADER, "") | {"change": change, **cells}
