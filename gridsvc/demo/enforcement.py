"""Formal inspections of the demo county: its officers' certificates, one inspection a week."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from io import BytesIO
from typing import Any
from uuid import UUID

from PIL import Image, ImageDraw

from gridsvc.actor import person
from gridsvc.certificates import service as certificates
from gridsvc.certificates.queries import of_each
from gridsvc.demo.chance import chance
from gridsvc.demo.names import person_name
from gridsvc.demo.phones import sealed
from gridsvc.demo.photos import Shot, told
from gridsvc.demo.rounds import moved, noon
from gridsvc.demo.texts import BASES, ON_SITE_POSTS, REFUSAL, WITNESS
from gridsvc.demo.world import SEED, SHOWN_CODE, Site, World
from gridsvc.inspections.rules import InspectionReport
from gridsvc.session import Session
from gridsvc.weeks import midnight

TUESDAY = 1
SIZE_PX, INK, PAPER = (480, 180), "black", "white"

# What comes of the inspections, in turn: exempt for a reason or not, signed or not.
TURNS: tuple[tuple[str | None, bool], ...] = (
    (None, True), ("complaint", True), (None, False), ("look_back", True),
)  # fmt: skip
SHOWN_TURNS = 2  # of them are at the place whose story is told


@dataclass(frozen=True)
class Signature(Shot):
    """Drawn with a finger, as on a phone."""

    @cached_property
    def content(self) -> bytes:
        draw, out = chance(SEED, "signature", self.name), BytesIO()
        image = Image.new("L", SIZE_PX, PAPER)
        points = [(20 + n * 14, draw.randint(40, 140)) for n in range(31)]
        ImageDraw.Draw(image).line(points, fill=INK, width=5, joint="curve")
        image.save(out, "JPEG")
        return out.getvalue()

    @property
    def is_lost(self) -> bool:
        return False


def certify(session: Session, world: World, day: date) -> None:
    """Enter a certificate of each enforcement officer who has none."""
    officers, office = _officers(world, day), world.holder("dispatcher", world.county_id, noon(day))
    kept = of_each(session, officers)
    for number, person_id in enumerate(officers, 1):
        if person_id not in kept and office:
            facts = {
                "person_id": person_id, "number": f"0621{SEED}{number:02}",
                "valid_from": date(day.year - 1, 1, 1), "valid_until": date(day.year + 3, 12, 31),
            }  # fmt: skip
            now = midnight(day) + timedelta(hours=8)
            certificates.certify(session, facts, by=person(office), now=now)


def inspections(
    session: Session, world: World, day: date, began: date
) -> tuple[list[InspectionReport], list[Shot]]:
    """Return the formal inspection of a day, if there is one, and the signature."""
    week = (day - began).days // 7
    officers = _officers(world, day)
    if day.weekday() != TUESDAY or not world.is_patrol_day(day) or len(officers) < 2:
        return [], []
    draw = chance(SEED, "formal", day.isoformat())
    pair = draw.sample(officers, 2)
    numbers = {id: held[0].number for id, held in of_each(session, pair).items()}
    reason, is_signed = TURNS[week % len(TURNS)]
    signature = Signature(pair[0], day.isoformat(), "", "signature", noon(day))
    site = _site(world, week, draw.random())
    facts = _facts(pair, numbers, day, reason, is_signed=is_signed)
    return [_report(site, facts, signature, is_signed=is_signed)], [signature] * is_signed


def _officers(world: World, day: date) -> list[UUID]:
    return world.holders("enforcement_officer", world.county_id, noon(day))


def _site(world: World, week: int, luck: float) -> Site:
    """Return where it is: first the place whose story is told, then any other."""
    sites = [site for village in world.villages for site in village.sites]
    shown = [site for site in sites if site.code == SHOWN_CODE]
    others = [site for site in sites if site.code != SHOWN_CODE]
    return shown[0] if shown and week < SHOWN_TURNS else others[int(luck * len(others))]


def _facts(
    pair: Sequence[UUID],
    numbers: dict[UUID, str],
    day: date,
    reason: str | None,
    *,
    is_signed: bool,
) -> dict[str, Any]:
    draw = chance(SEED, "papers", day.isoformat())
    number = f"（{day.year}）{day.timetuple().tm_yday}号"
    facts: dict[str, Any] = {
        "officers": [{"person_id": str(id), "certificate_no": numbers[id]} for id in pair],
        "approval_no": f"盘环检批{number}",
        "notice_no": f"盘环检通{number}",
        "basis": BASES[reason],
        "on_site": {"name": person_name(draw), "post": draw.choice(ON_SITE_POSTS)},
    }
    facts |= {"exempt_reason": reason} if reason else {}
    return facts | ({} if is_signed else {"refusal": {"reason": REFUSAL, "witness": WITNESS}})


def _report(
    site: Site, facts: dict[str, Any], signature: Signature, *, is_signed: bool
) -> InspectionReport:
    answers: list[dict[str, Any]] = [{"item": it["item"], "result": "ok"} for it in site.items]
    photos = (signature.declared(),) if is_signed else ()
    position = moved(site.location, 12, 1)
    place = {"type": "Point", "coordinates": [position.x, position.y]}
    body: dict[str, Any] = {
        "kind": "formal", "formal": facts, "enterprise_id": str(site.id),
        "checklist_id": str(site.checklist_id), "answers": answers, "findings": "",
        "photos": list(map(told, photos)), "position": place, "crs": "wgs84", "accuracy_m": 9.0,
    }  # fmt: skip
    sender_id, at = signature.sender_id, signature.taken_at
    return InspectionReport(
        envelope=sealed(sender_id, at, 0, body, "formal", site.code),
        kind="formal", formal=facts, enterprise_id=site.id, checklist_id=site.checklist_id,
        answers=answers, findings="", position=position, crs="wgs84", accuracy_m=9.0,
        photos=photos,
    )  # fmt: skip
