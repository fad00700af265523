"""A whole synthetic county: what the importers are given, all from one seed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from gridsvc.demo.divisions import COUNTY_CODE, COUNTY_NAME, Town, towns
from gridsvc.demo.enterprises import SHOWN_VILLAGE, Enterprise, enterprises
from gridsvc.demo.geometry import Areas, county_areas, town_areas
from gridsvc.demo.people import Duty, Terms, Unit, duties, units

_ENTERPRISES = 2000
_ENTERPRISES_OF_ONE_TOWN = 20
_VILLAGES_OF_ONE_TOWN = 5
_HISTORY_WEEKS = 12
_SETTLED_DAYS = 10


@dataclass(frozen=True)
class Place:
    """A grid as it is imported. `parent` is empty for the county."""

    code: str
    name: str
    level: int
    parent: str


@dataclass(frozen=True)
class County:
    """Panshan, or a county of one of its towns. The same seed and day give the same county."""

    seed: int
    terms: Terms
    towns: tuple[Town, ...]
    areas: Areas
    units: tuple[Unit, ...]
    enterprises: tuple[Enterprise, ...]
    duties: tuple[Duty, ...]

    @classmethod
    def panshan(cls, seed: int, today: date) -> "County":
        """Return 14 towns, 178 villages, 2,000 enterprises and their people."""
        return cls._settle(seed, today, towns(), county_areas(seed, towns()), _ENTERPRISES)

    @classmethod
    def small(cls, seed: int, today: date) -> "County":
        """Return one town with 5 villages, 20 enterprises and their people."""
        town = next(town for town in towns() if SHOWN_VILLAGE.startswith(town.code[:9]))
        town = replace(town, villages=town.villages[:_VILLAGES_OF_ONE_TOWN])
        areas = town_areas(seed, town)
        return cls._settle(seed, today, [town], areas, _ENTERPRISES_OF_ONE_TOWN)

    @classmethod
    def _settle(
        cls, seed: int, today: date, settled: Sequence[Town], areas: Areas, count: int
    ) -> "County":
        supervised = enterprises(seed, settled, areas, count)
        terms = _terms(today)
        return cls(
            seed=seed,
            terms=terms,
            towns=tuple(settled),
            areas=areas,
            units=units(settled),
            enterprises=supervised,
            duties=duties(seed, settled, supervised, terms),
        )

    @property
    def places(self) -> Iterator[Place]:
        """Return the grids, parents first."""
        yield Place(COUNTY_CODE, COUNTY_NAME, 1, "")
        for town in self.towns:
            yield Place(town.code, town.name, 2, COUNTY_CODE)
        for town in self.towns:
            for village in town.villages:
                yield Place(village.code, village.name, 3, town.code)


def _terms(today: date) -> Terms:
    """Let duties begin with a month before all history, and pass on in the middle of one."""
    settled = today - timedelta(days=_SETTLED_DAYS)
    handover = settled if settled.day >= 15 else settled.replace(day=1) - timedelta(days=1)
    begins = today - timedelta(weeks=_HISTORY_WEEKS)
    return Terms(begins.replace(day=1), handover.replace(day=15))
