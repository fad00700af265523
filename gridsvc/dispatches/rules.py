"""How towns are ranked, and whether an order moved what it meant to move. No session, no clock.

The rule of the ranking: the town with the better share of issues closed on time stands
before the others; where that is equal, the one with the better share of patrol days; then
of visits. A share of nothing (0 of 0) is no value: it is left out, those after it move up,
and it is shown as null. (To compare two towns by the shares that both have would not do: A
may beat B, B beat C and C beat A.) Equal towns share a rank, and the next rank is skipped.
A town without any value has no rank and stands last. docs/ranking.md tells it to people.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

Figures = Mapping[str, Mapping[str, Any]]  # by key: {"made", "due"}, as summaries.rules counts

RANKED_BY = ("closed_on_time", "patrol_days", "visits")
COUNTED = ("overdue", "relapsed", "problems_found", "issues_closed")
SHOWN = (*RANKED_BY, *COUNTED)

# What an order may be measured by, and whether more of it is better. Not by the problems
# found: whoever is told to find fewer looks away.
MEASURES = {
    "closed_on_time": True,
    "patrol_days": True,
    "visits": True,
    "issues_closed": True,
    "overdue": False,
    "relapsed": False,
}


def share(figure: Mapping[str, Any]) -> Fraction | None:
    """Return made ÷ due, exactly, or None where nothing was due."""
    return Fraction(figure["made"], figure["due"]) if figure["due"] else None


def standing(figures: Figures) -> tuple[Fraction, ...]:
    """Return what a town is ranked by: the shares that it has, in order; the more, the better."""
    shares = (share(figures[key]) for key in RANKED_BY)
    return tuple(value for value in shares if value is not None)


def ranks(towns: Sequence[Figures]) -> list[int | None]:
    """Return the rank of each town, 1 being the best; equals share it, and None has no value."""
    standings = [standing(figures) for figures in towns]
    return [1 + sum(other > own for other in standings) if own else None for own in standings]


def in_order(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows of towns with their `rank`, the best first, equals by their code."""
    given = zip(rows, ranks([row["numbers"] for row in rows]), strict=True)
    ranked = [row | {"rank": rank} for row, rank in given]
    return sorted(
        ranked, key=lambda row: (row["rank"] is None, row["rank"] or 0, row["grid"]["code"])
    )


def effect(key: str, before: Mapping[str, Any], after: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return what became of the number that an order is measured by.

    `met` is None where one of the two has no value, or the month after has not come.
    """
    return {"before": dict(before), "after": after and dict(after), "met": _met(key, before, after)}


def _met(key: str, before: Mapping[str, Any], after: Mapping[str, Any] | None) -> bool | None:
    then, now = _value(before), _value(after)
    if now is None:
        return None
    if MEASURES[key] and now == 1 and after and after["due"]:
        return True  # all that was due was done: there is no better
    if not MEASURES[key] and now == 0:
        return True
    if then is None:
        return None
    return now > then if MEASURES[key] else now < then


def _value(figure: Mapping[str, Any] | None) -> Fraction | None:
    if figure is None:
        return None
    return Fraction(figure["made"]) if figure["due"] is None else share(figure)
