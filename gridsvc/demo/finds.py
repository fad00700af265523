"""Places that officers of the demo county come upon, and what the county's office says of them."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from random import Random

from sqlalchemy import select

from gridsvc.actor import person
from gridsvc.demo.chance import chance
from gridsvc.demo.names import surname
from gridsvc.demo.phones import sealed
from gridsvc.demo.photos import Shot, told
from gridsvc.demo.rounds import Round, moved, noon
from gridsvc.demo.texts import FOUND_NOTE, FOUND_REASON
from gridsvc.demo.trades import TRADES
from gridsvc.demo.world import SEED, World
from gridsvc.enterprises.keeping import decide
from gridsvc.enterprises.models import Enterprise
from gridsvc.proposals.models import EnterpriseProposal
from gridsvc.proposals.rules import ProposalReport
from gridsvc.session import transaction
from gridsvc.weeks import midnight, week_of

KIND = "scattered_polluter"
DECIDED_AFTER = timedelta(days=7)


def finds(world: World, arrived: Sequence[Round]) -> Iterator[tuple[ProposalReport, Shot]]:
    """Yield what officers came upon on a day: once a week in each shown town, on some weekday."""
    for town_id in sorted(world.shown_towns, key=lambda id: world.towns[id]):
        rounds = [one for one in arrived if one.village.town_id == town_id and one.visits]
        on_time = [one for one in rounds if one.arrives_on == one.day]
        for one in sorted(on_time, key=lambda one: one.village.code)[:1]:
            draw = chance(SEED, "find", world.towns[town_id], week_of(one.day))
            if draw.randrange(5) == one.day.weekday():
                yield _find(one, draw)


def _find(of: Round, draw: Random) -> tuple[ProposalReport, Shot]:
    at = of.visits[-1].at + timedelta(minutes=3)
    place = moved(of.visits[-1].site.location, 12, draw.uniform(0, 6))
    shot = Shot(of.officer_id, f"find/{of.key}", "roof", "scene", at)
    facts = {"name": _name(draw.choice(TRADES[KIND]).name, surname(draw)), "kind": KIND}
    body = facts | {
        "is_scattered_polluter": True, "note": FOUND_NOTE, "crs": "wgs84", "accuracy_m": 9.0,
        "position": {"type": "Point", "coordinates": [place.x, place.y]},
        "photos": [told(shot.declared())],
    }  # fmt: skip
    envelope = sealed(of.officer_id, at, of.fast_s, body, "find", of.key)
    report = ProposalReport(
        envelope=envelope, **facts, is_scattered_polluter=True, note=FOUND_NOTE, crs="wgs84",
        accuracy_m=9.0, position=place, photos=(shot.declared(),),
    )  # fmt: skip
    return report, shot


def approve(jurisdiction_id: int, world: World, day: date) -> int:
    """Let the county's office enter what was found a week ago; return how many places it was."""
    now, office = noon(day), world.holder("dispatcher", world.county_id, noon(day))
    if office is None:
        return 0
    same = EnterpriseProposal.id == Enterprise.id
    with transaction(jurisdiction_id) as session:
        waiting = select(Enterprise.id).join(EnterpriseProposal, same).where(
            Enterprise.state == "proposed",
            EnterpriseProposal.occurred_at < midnight(day) - DECIDED_AFTER,
        )  # fmt: skip
        ids = session.scalars(waiting.order_by(Enterprise.id)).all()
    for id in ids:
        with transaction(jurisdiction_id) as session:
            code = session.get_one(Enterprise, (jurisdiction_id, id)).code
            facts = {"code": f"PS-9{code[-4:]}"}  # P2026-0007 comes into the book as PS-90007
            decide(session, id, "approve", facts=facts, reason=FOUND_REASON, by=person(office),
                   now=now)  # fmt: skip
    return len(ids)


def _name(pattern: str, surname: str) -> str:
    return pattern.format(village="", surname=surname)
