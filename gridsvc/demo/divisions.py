"""The towns and villages of Panshan, as the statistical division codes name them."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

COUNTY_CODE, COUNTY_NAME = "211122000000", "盘山县"
JURISDICTION_NAME = "盘山县（演示）"

_OFFICES = ("社区居民委员会", "社区居委会", "居委会", "社区")


@dataclass(frozen=True)
class Village:
    """A village or a community: a grid of level 3. Names repeat; codes do not."""

    code: str
    name: str

    @property
    def is_community(self) -> bool:
        return self.name.endswith("社区")


@dataclass(frozen=True)
class Town:
    """A town or a street: a grid of level 2. `short` begins the logins of its people."""

    code: str
    name: str
    short: str
    middle: tuple[float, float]
    villages: tuple[Village, ...]


@cache
def towns() -> tuple[Town, ...]:
    """Return the towns of Panshan in the order of their codes."""
    layout = {row["code"]: row for row in _rows("layout.csv")}
    return tuple(
        Town(
            code=row["code"] + "000",
            name=row["name"],
            short=layout[row["code"]]["short"],
            middle=(float(layout[row["code"]]["lon"]), float(layout[row["code"]]["lat"])),
            villages=_villages_of(row["code"]),
        )
        for row in _rows("towns.csv")
    )


def _villages_of(town: str) -> tuple[Village, ...]:
    rows = (row for row in _rows("villages.csv") if row["streetCode"] == town)
    return tuple(Village(row["code"], _everyday(row["name"])) for row in rows)


def _everyday(name: str) -> str:
    """Name the place after its office: 田家村委会 sits in 田家村, 胡家社区居委会 in 胡家社区."""
    for office in _OFFICES:
        if name.endswith(office):
            return name.removesuffix(office).removesuffix("镇") + "社区"
    return name.removesuffix("委会")


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (files("gridsvc.demo") / "data" / name).open(encoding="utf-8") as file:
        yield from csv.DictReader(file)
