"""The supervised objects of the demo county, all invented."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, replace
from random import Random

from shapely import Point, Polygon, prepare

from gridsvc.demo.chance import chance
from gridsvc.demo.divisions import Town, Village
from gridsvc.demo.geometry import Areas
from gridsvc.demo.names import firm_name, person_name, telephone
from gridsvc.demo.trades import RIVERS, SHARES_PCT, TRADES, Trade
from gridsvc.uscc import ALPHABET, check_digit

SHOWN_VILLAGE = "211122103205"  # 田家村 in 胡家镇, where the story of the first one takes place

_KEY_PCT = 8
_GRID_GIVEN_PCT = 4
_FIRST_TELEPHONE = 4000
_FROM_BORDER_DEGREES = 0.0007  # some sixty metres
_DIGITS = 7


@dataclass(frozen=True)
class Enterprise:
    """One line of enterprises.csv, with its location in EPSG:4326. Empty text is "none"."""

    code: str
    name: str
    uscc: str
    kind: str
    supervision_class: str
    industry_code: str
    permit_no: str
    address: str
    location: Point
    grid: str
    contact_name: str
    contact_phone: str
    scattered: bool
    village: str  # the code of the grid it lies in
    town: str


@dataclass(frozen=True)
class _Site:
    """Where and what an enterprise is going to be."""

    town: Town
    village: Village
    kind: str
    trade: Trade


def enterprises(
    seed: int, towns: Sequence[Town], areas: Areas, count: int
) -> tuple[Enterprise, ...]:
    """Return `count` enterprises, at least one in each village, the story's own first."""
    draw = chance(seed, "enterprises")
    sites, taken = list(_sites(towns, count, draw)), set[str]()
    made = [
        _enterprise(number, site, areas[site.village.code], taken, draw)
        for number, site in enumerate(sites, start=1)
    ]
    heavy = [e for e, site in zip(made, sites, strict=True) if site.trade.weight == "heavy"]
    key = {e.code for e in heavy[:1] + draw.sample(heavy[1:], _number_of_key(count) - 1)}
    return tuple(_permitted(_with_sister_sites(made, draw), key))


def _number_of_key(count: int) -> int:
    return max(1, count * _KEY_PCT // 100)


def _sites(towns: Sequence[Town], count: int, draw: Random) -> Iterator[_Site]:
    places = [(town, village) for town in towns for village in town.villages]
    shown = [place for place in places if place[1].code == SHOWN_VILLAGE] or places[:1]
    weights = [draw.uniform(0.5, 1.5) * (2 if village.is_community else 1) for _, village in places]
    chosen = places + draw.choices(places, weights, k=count - len(places) - 1)
    draw.shuffle(chosen)
    yield _Site(*shown[0], "industrial", TRADES["industrial"][0])
    kinds = draw.choices([*SHARES_PCT], [*SHARES_PCT.values()], k=len(chosen))
    for place, kind in zip(chosen, kinds, strict=True):
        yield _Site(*place, kind, draw.choice(TRADES[kind]))


def _enterprise(
    number: int, site: _Site, area: Polygon, taken: set[str], draw: Random
) -> Enterprise:
    uscc = _uscc(site.trade.register, draw) if site.trade.register else ""
    return Enterprise(
        code=f"PS-{number:05d}",
        name=_name(site, taken, draw),
        uscc=uscc,
        kind=site.kind,
        supervision_class="special" if site.trade.weight == "special" else "general",
        industry_code=site.trade.industry_code,
        permit_no="",
        address=f"盘山县{site.town.name}{site.village.name}",
        location=_location(area, draw),
        grid=site.village.code if draw.random() < _GRID_GIVEN_PCT / 100 else "",
        contact_name=person_name(draw),
        contact_phone=telephone(_FIRST_TELEPHONE + number),
        scattered=site.kind == "scattered_polluter",
        village=site.village.code,
        town=site.town.code,
    )


def _name(site: _Site, taken: set[str], draw: Random) -> str:
    """Return a name that nobody else in the county has."""
    while True:
        name = site.trade.name.format(
            firm=firm_name(draw),
            surname=person_name(draw)[0],
            village=site.village.name,
            river=draw.choice(RIVERS),
            number=draw.randint(1, 99),
        )
        if name not in taken:
            taken.add(name)
            return name


def _location(area: Polygon, draw: Random) -> Point:
    """Return a place well inside, more often near the middle, where a village is built up."""
    inside, middle = area.buffer(-_FROM_BORDER_DEGREES), area.representative_point()
    prepare(inside)
    west, south, east, north = inside.bounds
    while True:
        spread = draw.choice((0.12, 0.3))
        lon = draw.gauss(middle.x, (east - west) * spread)
        lat = draw.gauss(middle.y, (north - south) * spread)
        place = Point(round(lon, _DIGITS), round(lat, _DIGITS))
        if inside.contains(place):
            return place


def _uscc(register: str, draw: Random) -> str:
    """Return a code whose organisation part begins with YYY, so that it is seen to be invented."""
    first17 = register + "211122" + "YYY" + "".join(draw.choices(ALPHABET, k=6))
    return first17 + check_digit(first17)


def _with_sister_sites(made: Sequence[Enterprise], draw: Random) -> Iterator[Enterprise]:
    """Let some sites belong to one legal person: a builder has many, a firm sometimes two."""
    owners: dict[str, list[str]] = {}
    for enterprise in made:
        known = owners.setdefault(enterprise.kind, [])
        share = {"construction_site": 0.6, "industrial": 0.03}.get(enterprise.kind, 0)
        if known and enterprise.uscc and draw.random() < share:
            yield replace(enterprise, uscc=draw.choice(known))
            continue
        if enterprise.uscc.startswith("91"):
            known.append(enterprise.uscc)
        yield enterprise


def _permitted(made: Iterable[Enterprise], key: Set[str]) -> Iterator[Enterprise]:
    """Make key objects of those in `key`. Each has a permit, numbered by legal person and site."""
    sites = Counter[str]()
    for enterprise in made:
        if enterprise.code not in key:
            yield enterprise
            continue
        sites[enterprise.uscc] += 1
        permit = f"{enterprise.uscc}{sites[enterprise.uscc]:03d}P"
        yield replace(enterprise, supervision_class="key", permit_no=permit)
