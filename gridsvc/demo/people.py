"""Who answers for what in the demo county. All names and telephones are invented."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import count

from gridsvc.demo.chance import chance
from gridsvc.demo.divisions import COUNTY_CODE, COUNTY_NAME, Town, Village
from gridsvc.demo.enterprises import Enterprise
from gridsvc.demo.names import person_name, telephone

_ENTERPRISES_PER_CLERK = 25
_VACANT_EVERY, _VACANT_FIRST = 50, 16  # by the place in the registry: two in a hundred
_SECOND_OFFICER_PCT = 35

# Bureaus of the county, and the station of each in a town.
_BUREAUS = {
    "zhujian": ("住房和城乡建设局", "城建站"),
    "shuili": ("水利局", "水利站"),
    "nongye": ("农业农村局", "农业站"),
    "shijian": ("市场监督管理局", "市场监管所"),
    "huanjing": ("生态环境分局", "环保站"),
}

_COUNTY_OFFICE = (
    ("dispatch1", "dispatcher"),
    ("dispatch2", "dispatcher"),
    ("enforce1", "enforcement_officer"),
    ("enforce2", "enforcement_officer"),
    ("enforce3", "enforcement_officer"),
    ("audit1", "auditor"),
)


@dataclass(frozen=True)
class Unit:
    """One line of units.csv: a bureau, a town's government, or a department of a town."""

    code: str
    name: str
    kind: str
    parent: str


@dataclass(frozen=True)
class Person:
    login: str
    name: str
    phone: str


@dataclass(frozen=True)
class Duty:
    """One line of people.csv: the days are local, `until` is the first day without the duty."""

    person: Person
    role: str
    subject_kind: str
    subject_code: str
    seat: int | None
    begins: date
    until: date | None = None


@dataclass(frozen=True)
class Terms:
    """When duties begin, and the day in mid-month on which some of them pass on."""

    begins: date
    handover: date


def units(towns: Sequence[Town]) -> tuple[Unit, ...]:
    return tuple(_units(towns))


def _units(towns: Sequence[Town]) -> Iterator[Unit]:
    for bureau, (name, _) in _BUREAUS.items():
        yield Unit(bureau, COUNTY_NAME + name, "bureau", "")
    for town in towns:
        yield Unit(town.short, _government(town), "town", "")
        for bureau in _bureaus_in(town):
            station = town.name + _BUREAUS[bureau][1]
            yield Unit(f"{town.short}.{bureau}", station, "department", town.short)


def _government(town: Town) -> str:
    if town.name.endswith("街道"):
        return town.name + "办事处"
    return town.name + "人民政府" if town.name.endswith("镇") else town.name


def _bureaus_in(town: Town) -> list[str]:
    """Return what has a station here; the forest farm keeps only the one for the environment."""
    return [*_BUREAUS] if len(town.villages) > 1 else ["huanjing"]


def duties(
    seed: int, towns: Sequence[Town], enterprises: Sequence[Enterprise], terms: Terms
) -> tuple[Duty, ...]:
    """Return all duties, past ones included.

    In the village of the first enterprise the officer, and in its town a clerk with all of their
    enterprises, hand over in mid-month. The logins of those who went end in `.former`.
    """
    return tuple(_Staffing(seed, terms, enterprises).of_the_county(towns))


class _Staffing:
    """Finds somebody for each post, one after the other."""

    def __init__(self, seed: int, terms: Terms, enterprises: Sequence[Enterprise]) -> None:
        self._draw = chance(seed, "people")
        self._terms = terms
        self._enterprises = enterprises
        self._vacant = {each.code for each in enterprises[_VACANT_FIRST::_VACANT_EVERY]}
        self._telephones = count(1)

    def of_the_county(self, towns: Sequence[Town]) -> Iterator[Duty]:
        yield self._on_grid("county.head", "grid_head", COUNTY_CODE, seat=1)
        for login, role in _COUNTY_OFFICE:
            yield self._on_grid(login, role, COUNTY_CODE)
        for bureau in _BUREAUS:
            yield self._liaison(bureau)
        for town in towns:
            yield from self._of_a_town(town)

    def _of_a_town(self, town: Town) -> Iterator[Duty]:
        head = self._on_grid(f"{town.short}.head", "grid_head", town.code, seat=1)
        deputy = self._on_grid(f"{town.short}.deputy", "deputy_head", town.code)
        yield from (head, deputy)
        for bureau in _bureaus_in(town):
            yield self._liaison(f"{town.short}.{bureau}")
        for village in town.villages:
            yield from self._of_a_village(f"{town.short}{village.code[-3:]}", village)
        yield from self._for_enterprises(town, [head.person, deputy.person])

    def _of_a_village(self, login: str, village: Village) -> Iterator[Duty]:
        yield self._on_grid(f"{login}.head", "grid_head", village.code, seat=1)
        officer = self._on_grid(f"{login}.officer", "grid_officer", village.code)
        if village.code == self._enterprises[0].village:
            yield from self._handed_over(officer, self._person(f"{login}.former"))
        else:
            yield officer
        if self._draw.random() < _SECOND_OFFICER_PCT / 100:
            yield self._on_grid(f"{login}.officer2", "grid_officer", village.code)

    def _for_enterprises(self, town: Town, heads: list[Person]) -> Iterator[Duty]:
        """Give each enterprise of a town a leader and a clerk, but leave some posts vacant."""
        there = [each for each in self._enterprises if each.town == town.code]
        leaders = [*heads, self._person(f"{town.short}.leader")]
        clerks = [
            self._person(f"{town.short}.staff{number}")
            for number in range(1, 2 + len(there) // _ENTERPRISES_PER_CLERK)
        ]
        former = self._person(f"{town.short}.former") if self._enterprises[0] in there else None
        for enterprise in there:
            yield self._on_enterprise(self._draw.choice(leaders), "responsible_leader", enterprise)
            if enterprise.code in self._vacant:
                continue
            clerk = clerks[0] if enterprise is self._enterprises[0] else self._draw.choice(clerks)
            duty = self._on_enterprise(clerk, "responsible_person", enterprise)
            yield from self._handed_over(duty, former if clerk is clerks[0] else None)

    def _handed_over(self, duty: Duty, former: Person | None) -> Iterator[Duty]:
        """Return the duty as it is, or as two: that of who had it before, and the rest."""
        if former is None:
            yield duty
            return
        yield replace(duty, person=former, until=self._terms.handover)
        yield replace(duty, begins=self._terms.handover)

    def _on_grid(self, login: str, role: str, grid: str, seat: int | None = None) -> Duty:
        return Duty(self._person(login), role, "grid", grid, seat, self._terms.begins)

    def _on_enterprise(self, person: Person, role: str, enterprise: Enterprise) -> Duty:
        return Duty(person, role, "enterprise", enterprise.code, 1, self._terms.begins)

    def _liaison(self, unit: str) -> Duty:
        return Duty(self._person(unit), "dept_liaison", "unit", unit, None, self._terms.begins)

    def _person(self, login: str) -> Person:
        return Person(login, person_name(self._draw), telephone(next(self._telephones)))
