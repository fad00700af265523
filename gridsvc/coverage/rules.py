"""Who owes how many visits, the longest first."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

Debt = Mapping[str, Any]

BY = ("owner", "grid", "officer")
NOBODY = "nobody"


def key_of(debt: Debt, by: str) -> str:
    """Return under which line of a table by owner, grid or officer a debt stands.

    Where nobody of its own answers for an enterprise, that is a line of its own for each grid.
    """
    if by == "grid":
        return f"grid:{debt['grid'].id}"
    if by == "officer":
        return f"person:{debt['officer'].id}" if debt["officer"] else NOBODY
    if debt["vacant"]:
        return f"vacant:{debt['grid'].id}"
    return f"person:{debt['owner'].id}"


def under(debts: Iterable[Debt], by: str, key: str) -> list[Debt]:
    """Return the debts that stand under a line."""
    return [debt for debt in debts if key_of(debt, by) == key]


def totals(debts: Iterable[Debt], by: str) -> list[dict[str, Any]]:
    """Return a line for each owner, grid or officer, the longest owed first."""
    lines: dict[str, list[Debt]] = defaultdict(list)
    for debt in debts:
        lines[key_of(debt, by)].append(debt)
    told = [_line(key, by, found) for key, found in lines.items()]
    return sorted(told, key=lambda line: (-line["longest_days"], -line["count"], line["key"]))


def _line(key: str, by: str, debts: list[Debt]) -> dict[str, Any]:
    longest, kind = max(debts, key=lambda debt: debt["owed_days"]), key.partition(":")[0]
    return {
        "key": key,
        "person": longest["officer" if by == "officer" else "owner"] if by != "grid" else None,
        "grid": longest["grid"] if kind in {"grid", "vacant"} else None,
        "vacant": kind == "vacant",
        "count": len(debts),
        "enterprises": len({debt["enterprise"].id for debt in debts if debt["enterprise"]}),
        "rounds": sum(debt["what"] == "round" for debt in debts),
        "owed_days": sum(debt["owed_days"] for debt in debts),
        "longest_days": longest["owed_days"],
        "since": longest["owed_since"],
    }
