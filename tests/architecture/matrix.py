"""What has to come back to whom: how a route is asked, and what the table of duties says of it."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import KW_ONLY, dataclass, field
from typing import Any, Self
from uuid import UUID

from gridsvc.accountability.rules import PERMISSION
from gridsvc.identity import MEMBER, OPEN
from gridsvc.ids import new_id
from tests.factories.counties import DUTYLESS, FORMER, POSTS, County
from tests.factories.inspections import answers_to
from tests.factories.spots import VILLAGES, Spot

Ids = dict[str, Any]
Target = tuple[str, Ids, Spot | None]

ALLOWED = 200  # or whatever else says that the caller may ask this

# By which deed a thing is read; None: by nobody but its owner.
READ = {
    "enterprise": "enterprise.read",
    "contact_phone": "enterprise.read",
    "penalty": "enterprise.read",
    "inspection": "field.read",
    "patrol": "field.read",
    "day_close": "field.read",
    "photo": "field.read",
    "track": "track.read",
    "track_aside": "track.read",
    "issue": "issue.read",
    "flag": "flag.read",
    "receiver": "receiver.trust",
    "summary": "summary.read",
    "signed": "summary.read",
    "order": "dispatch.read",
    "quarantined": "quarantine.read",
    "conflict": "conflict.settle",
    "leave": "leave.record",
    "mark": "field.read",
    "turn": "field.read",
    "device": "device.manage",
    "access_token": "access_token.manage",
    "login": "login.read",
    "upload": None,
    "phone": None,
}
CURIOUS = {
    "grid_officer@3", "grid_head@2", "dispatcher@1", "dept_liaison@unit", "former head",
}  # fmt: skip
# Who may read one of these may read all of them in the jurisdiction:
WIDE = {"login"}
# No secrets inside their jurisdiction:
PUBLIC = {"grid", "duty", "keeper", "person", "dispatch", "handover", "rule_set"}


@dataclass(frozen=True, eq=False)
class Row:
    """How one route is asked for one thing.

    Whoever holds no `deed` for it gets 403 if they know that it is there, else 404. They know
    of it by another deed (`sees`), or because it is `known` in the whole jurisdiction.
    """

    route: str
    thing: str | None = None  # the kind of what is asked for; None: nothing in particular
    spots: tuple[str, ...] = VILLAGES[:3]
    _: KW_ONLY
    deed: str | None = None  # instead of the one that the view declares
    sees: str | None = None
    ever: bool = False  # who saw it once, still knows of it
    known: bool = False  # who holds which post, and the tree of grids, are no secrets
    anywhere: bool = False  # the deed anywhere opens every such thing of the jurisdiction
    alike: bool = False  # the answer does not depend on who asks
    filters: bool = False  # the thing only narrows a list
    own: bool = False  # one's own may be asked for without a duty
    mine: bool = False  # tells the caller whatever they did themselves
    past: bool = False  # a duty that ended opens it, too
    shows: str | None = None  # all of this kind that the caller may see, and nothing else of it
    names: frozenset[str] = frozenset()  # kinds of which it tells whoever may ask it
    path: dict[str, str] = field(default_factory=dict)
    query: str = ""
    json: Callable[[Ids], Any] | None = None
    headers: dict[str, str] = field(default_factory=dict)
    data: bytes | None = None
    record: str | None = None  # the kind of the only record in a batch
    answers: int | None = None  # to a good question, where the answer is not below 400

    @property
    def name(self) -> str:
        return f"{self.route} {self.record or self.deed or ''} {self.thing or ''}".strip()

    def request(self, ids: Ids) -> dict[str, Any]:
        """Return how a client asks for what `ids` name."""
        method, path = self.route.split()
        named = ids | {"new": new_id()}
        for parameter in re.findall(r"\{(\w+)\}", path):
            told = self.path.get(parameter, f"{{{self.thing}}}").format_map(named)
            path = path.replace(f"{{{parameter}}}", told)
        asked: dict[str, Any] = {
            "method": method, "path": path, "headers": self.headers, "data": self.data,
            "query_string": self.query.format_map(named),
        }  # fmt: skip
        return asked | ({"json": self.json(named)} if self.json else {})


@dataclass(frozen=True, eq=False)
class Who:
    """Somebody who asks: the posts they hold, each with its subject, and those they held."""

    name: str
    county: County
    id: UUID
    held: tuple[tuple[str, UUID], ...] = ()
    once: tuple[tuple[str, UUID], ...] = ()

    @classmethod
    def everybody(cls, county: County) -> Iterator[Self]:
        """Yield whoever holds a post, once held one, or never did."""
        for name in county.people:
            post = FORMER.get(name, name)
            if post.partition("@")[1]:
                held = ((post, county.subjects[name]),)
                told = {"once": held} if name in FORMER else {"held": held}
                yield cls(name, county, county.people[name].id, **told)
            elif name in DUTYLESS:
                yield cls(name, county, county.people[name].id)

    def holds(self, deed: str) -> bool:
        return any(post in PERMISSION[deed] for post, _ in self.held)

    def reaches(self, deed: str, spot: Spot, kind: str, *, ever: bool = False) -> bool:
        """Say whether a duty allows a deed to the thing of a kind that lies somewhere."""
        subjects = spot.chain | spot.also.get(kind, set())
        posts = self.held + (self.once if ever else ())
        return any(post in PERMISSION[deed] and subject in subjects for post, subject in posts)

    def owns(self, spot: Spot, kind: str) -> bool:
        return self.id in spot.own.get(kind, set())

    def stands_to(self, spot: Spot) -> str:
        """Say where the caller's post is, as seen from a spot."""
        here = {spot.grid.id} | set().union(*spot.also.values())
        subjects = {subject for _, subject in self.held + self.once}
        if subjects & here:
            return "here"
        above = any(subject in spot.chain for subject in subjects)
        chains = [other.chain for other in self.county.spots.values() if other.grid.id in subjects]
        below = any(spot.grid.id in chain for chain in chains)
        return "above" if above else "below" if below else "beside"

    def _reads_all(self, kind: str, deed: str) -> bool:
        return kind in WIDE and self.holds(deed)

    @property
    def is_curious(self) -> bool:
        """Whether they ask for what lies in another jurisdiction, too: one of every kind does."""
        return self.name in CURIOUS

    @property
    def is_twin(self) -> bool:
        """Whether the table says the same of another post for the same thing, who asks it all."""
        return any(
            self.county.subjects[other] == subject and POSTS.index(other) < POSTS.index(post)
            for post, subject in self.held
            for other in POSTS
            if _deeds(other) == _deeds(post)
        )

    def sees(self, kind: str, spot: Spot, *, ever: bool = False, briefly: bool = True) -> bool:
        """Say whether a thing in the caller's own jurisdiction may appear in an answer to them.

        Or only its name: an issue names its enterprise to whoever reads the issue.
        """
        if kind in PUBLIC or self.owns(spot, kind):
            return True
        deed = READ[plain(kind)]
        if deed and (self.reaches(deed, spot, kind, ever=ever) or self._reads_all(kind, deed)):
            return True
        return (
            briefly
            and kind == "enterprise"
            and any(
                self.sees(issue, spot, ever=ever) for issue in spot.ids if issue.startswith("issue")
            )
        )


def plain(kind: str) -> str:
    """Return the kind without the state: an issue_found is an issue."""
    return kind.partition("_")[0] if kind.startswith("issue") else kind


def _deeds(post: str) -> set[str]:
    return {deed for deed, posts in PERMISSION.items() if post in posts}


def expected(row: Row, declared: str | None, who: Who, spot: Spot | None) -> int:
    """Return ALLOWED, 403 or 404. Without a spot, what is asked for is not in the jurisdiction."""
    if _is_barred(declared, who):
        return 403
    if declared == OPEN or row.thing is None or row.filters:
        return ALLOWED
    if spot is None:
        return 404
    if _is_allowed(row, row.deed or str(declared), who, spot):
        return ALLOWED
    by_duty = row.sees and who.reaches(row.sees, spot, row.thing, ever=row.ever)
    return 403 if row.known or by_duty or who.owns(spot, row.thing) else 404


def _is_barred(declared: str | None, who: Who) -> bool:
    """Say whether a route is closed to somebody whatever they ask for."""
    return declared not in {OPEN, MEMBER} and not (declared and who.holds(declared))


def _is_allowed(row: Row, deed: str, who: Who, spot: Spot) -> bool:
    if row.anywhere or (row.own and who.owns(spot, str(row.thing))):
        return True
    return deed != MEMBER and who.reaches(deed, spot, str(row.thing), ever=row.past)


def targets(row: Row, permission: str | None, who: Who, counties: Sequence[County]) -> list[Target]:
    """Return (where it lies, ids, spot) of what somebody is to ask for.

    Of the things that are their own, or lie below, above or beside, the nearest of each. What
    lies in another jurisdiction, and what lies nowhere, has no spot. Beside the thing itself,
    all that a request names is the caller's own. What is decided elsewhere (what comes in a
    batch, by its kind; what a filter leaves of a list, by the list; what everybody gets alike)
    only one of every kind asks for.
    """
    base = names(who.county)
    if who.held and not who.is_curious and (row.alike or row.record or row.filters):
        return []
    if row.thing is None:
        return [("", base, None)]
    at_home = [_target(row, base, who.county, name) for name in _nearest(row, permission, who)]
    if _is_barred(permission, who) or who.is_twin:
        return at_home[:1]
    if not who.is_curious:
        return at_home
    abroad = [
        (where, ids, None)
        for county in counties
        if county is not who.county
        for where, ids, _ in [_target(row, base, county, name) for name in row.spots]
    ]
    nowhere = "0" * 64 if row.thing == "photo" else str(new_id())
    return [*at_home, *abroad[:1], ("nowhere", base | {row.thing: nowhere}, None)]


def _nearest(row: Row, permission: str | None, who: Who) -> list[str]:
    found: dict[Any, str] = {}
    for name in row.spots:
        spot = who.county.spots[name]
        found.setdefault((who.stands_to(spot), expected(row, permission, who, spot)), name)
    return list(found.values())


def _target(row: Row, base: Ids, county: County, name: str) -> Target:
    spot = county.spots[name]
    return f"{name} of {county.id}", base | {str(row.thing): spot.ids[str(row.thing)]}, spot


def names(county: County) -> Ids:
    """Return what a request in a county may name beside what it asks for."""
    return {
        **county.spots["county"].ids,
        **county.spots["A"].ids,
        **county.spots["A1"].ids,
        "town": county.spots["A"].ids["grid"],
        "nobody": str(county.people["nobody"].id),
        "checklist": str(county.checklist.id),
        "checked": answers_to(county.checklist),
        "lon": county.at.x,
        "lat": county.at.y,
    }
