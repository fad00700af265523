"""Who can sign in to the demo county: everybody. Shown is one for each role, near the story."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from gridsvc.demo.found import MAKER, Demo
from gridsvc.demo.rounds import noon
from gridsvc.demo.world import SHOWN_CODE, World
from gridsvc.enterprises.models import Enterprise
from gridsvc.people import queries
from gridsvc.people.models import Person
from gridsvc.people.service import set_passwords
from gridsvc.session import Session, transaction
from gridsvc.weeks import local_day

PASSWORD = "grid2026"  # noqa: S105 (for demonstration only, of invented people)
PHONE, DESK = "/m/", "/desk/"


@dataclass(frozen=True)
class Login:
    """Somebody who can sign in, and where it makes sense."""

    role: str
    role_en: str
    login: str
    name: str
    client: str


def give_passwords(demo: Demo) -> None:
    """Let everybody in the demo sign in, who has no password yet."""
    given_at = demo.founded_at + timedelta(hours=1)
    with transaction(demo.jurisdiction_id) as session:
        accounts = queries.without_password(session)
        set_passwords(session, accounts, PASSWORD, by=MAKER, now=given_at)


def logins(demo: Demo, now: datetime) -> list[Login]:
    """Return the demo logins that have a password."""
    found = []
    for login in _named(demo, now):
        with transaction(demo.jurisdiction_id) as session:
            account = queries.member(session, login.login)
            if account and account.password_hash:
                found.append(login)
    return found


def _named(demo: Demo, now: datetime) -> list[Login]:
    with transaction(demo.jurisdiction_id) as session:
        return list(_near_the_story(session, now))


def _near_the_story(session: Session, now: datetime) -> Iterator[Login]:
    story = session.scalars(select(Enterprise).where(Enterprise.code == SHOWN_CODE)).one_or_none()
    if story is None:
        return
    world = World.read(session, now)
    at = noon(local_day(now))
    town = world.town_of[story.grid_id]
    others = [id for id in world.towns if id != town]
    posts: list[tuple[str, str, str, UUID, str]] = [
        ("村（社区）网格员", "grid officer", "grid_officer", story.grid_id, PHONE),
        ("村（社区）网格长", "head of a village", "grid_head", story.grid_id, PHONE),
        ("乡镇网格长", "head of a town", "grid_head", town, DESK),
        ("乡镇副网格长", "deputy head of a town", "deputy_head", town, DESK),
        *(("另一乡镇网格长", "head of another town", "grid_head", id, DESK) for id in others[:1]),
        ("具体责任人员", "responsible person", "responsible_person", story.id, DESK),
        ("县网格办", "county grid office", "dispatcher", world.county_id, DESK),
        ("县级网格长", "head of the county", "grid_head", world.county_id, DESK),
        ("执法人员", "enforcement officer", "enforcement_officer", world.county_id, DESK),
        ("审计人员", "auditor", "auditor", world.county_id, DESK),
    ]
    for role, role_en, duty, subject_id, client in posts:
        person_id = world.holder(duty, subject_id, at)
        if person_id:
            person = session.get_one(Person, (session.jurisdiction_id, person_id))
            yield Login(role, role_en, person.login, person.name, client)
