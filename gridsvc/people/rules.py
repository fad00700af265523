"""What an import of units would do. No session, no clock."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from gridsvc.ids import new_id
from gridsvc.people.models import Unit
from gridsvc.tables import Fault, Line

UNIT_KINDS = ("bureau", "town", "department")
UNIT_COLUMNS = ("code", "name", "kind", "parent")

Row = dict[str, Any]


@dataclass
class UnitsPlan:
    """What an import would do: rows to insert, and to change {id: {column: value}}."""

    new: list[Row] = field(default_factory=list)
    changed: dict[UUID, Row] = field(default_factory=dict)
    unchanged: int = 0
    faults: list[Fault] = field(default_factory=list)


def plan_units(lines: Iterable[Line], known: Collection[Unit]) -> UnitsPlan:
    """Compare the lines of a file with the units there are. A unit is known by its code."""
    lines, plan = list(lines), UnitsPlan()
    units = {unit.code: unit for unit in known}
    given = {line["code"]: line for line in lines}
    ids = {code: units[code].id if code in units else new_id() for code in [*units, *given]}
    above = {unit.code: _code_of(unit.parent_id, known) for unit in known}
    above |= {code: line["parent"] for code, line in given.items()}
    for line in lines:
        if faults := list(_faults(line, given, above)):
            plan.faults += [line.fault(reason) for reason in faults]
            continue
        row = {"name": line["name"], "kind": line["kind"], "parent_id": ids.get(line["parent"])}
        _place(plan, line["code"], ids[line["code"]], row, units.get(line["code"]))
    return plan


def _place(plan: UnitsPlan, code: str, id: UUID, row: Row, unit: Unit | None) -> None:
    if unit is None:
        plan.new.append({"id": id, "code": code, **row})
    elif any(getattr(unit, name) != value for name, value in row.items()):
        plan.changed[id] = row
    else:
        plan.unchanged += 1


def _faults(line: Line, given: Mapping[str, Line], above: Mapping[str, str]) -> Iterable[str]:
    code, parent = line["code"], line["parent"]
    for column in ("code", "name"):
        if not line[column]:
            yield f"{column} is empty"
    if line["kind"] not in UNIT_KINDS:
        yield f"kind {line['kind']!r} is none of {', '.join(UNIT_KINDS)}"
    if given[code] is not line:
        yield f"code {code!r} comes again in line {given[code].number}"
    if parent and parent not in above:
        yield f"parent {parent!r} is no unit, neither in the file nor already here"
    elif code in _chain(parent, above):
        yield f"unit {code!r} is above itself"


def _chain(code: str, above: Mapping[str, str]) -> list[str]:
    """Return a unit and those above it, each once."""
    chain: list[str] = []
    while code and code not in chain:
        chain.append(code)
        code = above.get(code, "")
    return chain


def _code_of(id: UUID | None, units: Iterable[Unit]) -> str:
    return next((unit.code for unit in units if unit.id == id), "")
