"""A whole county: two towns of two villages, everybody who can hold a post, a thing of every kind.

Villages are A1, A2, B1 and B2, their towns A and B. Whoever holds a post holds it in A1, in A,
in the county, for its bureau, or for the enterprise of A1. Everything is named by strings that
can be searched for in an answer.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Self
from uuid import UUID

from shapely import Point
from sqlalchemy import select

from gridsvc.accountability.models import Leave
from gridsvc.accountability.rules import KEEPERS, Role
from gridsvc.accountability.rules import POSTS as PERMITTED
from gridsvc.accountability.service import Dated
from gridsvc.accounts import access_tokens
from gridsvc.actor import person, system
from gridsvc.audit.service import open_trail
from gridsvc.dispatches.models import MonthlyDispatch
from gridsvc.dispatches.orders import Wanted, issue
from gridsvc.flags.service import trust
from gridsvc.grids.models import Grid
from gridsvc.handovers.service import hand_over
from gridsvc.ids import new_id
from gridsvc.marks.models import Mark, Turn
from gridsvc.marks.service import GivenTurn, give_turn, set_mark
from gridsvc.people.models import Person, Unit
from gridsvc.rules.models import Checklist, RuleSet
from gridsvc.rules.presets import CHECKLISTS, RULE_SETS
from gridsvc.rules.service import put_in_force
from gridsvc.session import Session
from gridsvc.signin.rules import Token
from gridsvc.summaries import service as summaries
from gridsvc.summaries.models import WeeklySummary
from gridsvc.weeks import local_day, month_before, month_of, week_of, weeks_before
from tests.factories.accountability import add_duty, add_person, add_unit
from tests.factories.enterprises import add_enterprise, add_penalty
from tests.factories.fieldwork import leave_old_problem, leave_problems, leave_records
from tests.factories.people import a_phone, an_account
from tests.factories.spots import LONG_AGO, NOW, VILLAGES, YESTERDAY, Spot, a_tree, numbers

LAST_YEAR = NOW - timedelta(days=400)
LAST_MONTH = month_before(month_of(local_day(NOW)))
WEEK_BEFORE, LAST_WEEK = weeks_before(week_of(local_day(NOW)), 2)
ROBOT = system("test")

POSTS = sorted(PERMITTED, reverse=True)  # heads before their deputies
FORMER = {"former head": "grid_head@2", "former officer": "grid_officer@3"}
DUTYLESS = ("nobody", "owner")  # the owner has an issue of A2 to rectify


@dataclass(eq=False)
class County:
    id: int
    at: Point
    spots: dict[str, Spot]
    people: dict[str, Person]
    subjects: dict[str, UUID]  # of each post
    bureau: Unit
    checklist: Checklist

    @classmethod
    def found(cls, session: Session, at: Point) -> Self:
        """Found a county in the session's jurisdiction, its first village around a place."""
        open_trail(session)
        put_in_force(
            session, "gridsvc", RULE_SETS["gridsvc"], CHECKLISTS,
            since=LONG_AGO, by=ROBOT, now=LONG_AGO,
        )  # fmt: skip
        industrial = select(Checklist).where(Checklist.object_kind == "industrial")
        county = cls(
            id=session.jurisdiction_id, at=at, spots=a_tree(session, at), people={}, subjects={},
            bureau=add_unit(session, "住建局", "ZJ"), checklist=session.scalars(industrial).one(),
        )  # fmt: skip
        for n, name in enumerate(VILLAGES):
            county._settle(session, name, Point(at.x + n * 0.02, at.y))
        county._appoint_all(session)
        for name in VILLAGES:
            county._work(session, name, county.people[f"officer {name}"])
        leave_old_problem(session, county.spots["A1"], county.people["former officer"])
        county._account(session)
        session.commit()
        for spot in county.spots.values():
            spot.ids = {kind: str(getattr(named, "id", named)) for kind, named in spot.ids.items()}
        return county

    def _settle(self, session: Session, name: str, place: Point) -> None:
        spot, phone = self.spots[name], f"1990{self.id}{next(numbers):03}"
        enterprise = add_enterprise(session, f"{name}砂石场", place, spot.grid, contact_phone=phone)
        spot.ids |= {"enterprise": enterprise, "contact_phone": phone}
        spot.ids |= {"penalty": add_penalty(session, enterprise)}
        spot.also |= {kind: {enterprise.id} for kind in ("enterprise", "contact_phone", "penalty")}

    def _appoint_all(self, session: Session) -> None:
        at = {"3": "A1", "2": "A", "1": "county"}
        for post in POSTS:
            role, _, where = post.partition("@")
            subject: Any = self.bureau if where == "unit" else self.spots["A1"].ids["enterprise"]
            if where in at:
                subject = self.spots[at[where]].grid
            self._appoint(session, post, Role(role), subject)
        for name in ("A2", "B1", "B2"):
            self._appoint(session, f"officer {name}", Role.GRID_OFFICER, self.spots[name].grid)
        self._appoint(session, "head B", Role.GRID_HEAD, self.spots["B"].grid)
        self.people["officer A1"] = self.people["grid_officer@3"]
        for name, post in FORMER.items():
            grid = self.spots["A" if post.endswith("2") else "A1"].grid
            role, ended = Role(post.partition("@")[0]), NOW - timedelta(days=30)
            self.people[name] = self._somebody(session, name)
            add_duty(session, self.people[name], grid, role, seat=2, since=LAST_YEAR, until=ended)
            self.subjects[name] = grid.id
        for name in DUTYLESS:
            self.people[name] = self._somebody(session, name)
        for name in VILLAGES:
            self._equip(session, self.spots[name], self.people[f"officer {name}"])
        self._hand_over(session, self.spots["A2"])

    def _equip(self, session: Session, spot: Spot, officer: Person) -> None:
        """Somebody has an account, and a phone."""
        an_account(session, officer, officer.login, password_hash="never asked for")
        token = Token.parse(a_phone(session, officer))
        assert token is not None
        spot.ids |= {
            "person": officer,
            "phone": officer.phone,
            "login": officer.login,
            "device": token.device_id,
            "leave": _a_leave(session, officer),
        }
        kinds = ("person", "phone", "login", "device", "leave")
        spot.own |= {kind: {officer.id} for kind in kinds}

    def _hand_over(self, session: Session, spot: Spot) -> None:
        """Somebody is to have a duty from tomorrow on."""
        before, owner = self._somebody(session, "predecessor"), self.people["owner"]
        duty = add_duty(session, before, spot.grid, Role.DEPUTY_HEAD, since=LAST_YEAR)
        done = hand_over(
            session, duty.id, owner.id, at=Dated(NOW + timedelta(days=1), "轮岗"), by=ROBOT, now=NOW
        )
        spot.ids["handover"], spot.own["handover"] = done.handover, {owner.id}

    def _appoint(self, session: Session, name: str, role: Role, subject: Any) -> None:
        self.people[name] = self._somebody(session, name)
        duty = add_duty(session, self.people[name], subject, role, since=LAST_YEAR)
        self.subjects[name] = subject.id
        kind = "keeper" if role in KEEPERS else "duty"
        for spot in self.spots.values():
            if spot.grid.id == subject.id and kind not in spot.ids:
                spot.ids[kind], spot.own[kind] = duty, {duty.person_id}

    def _trust(self, session: Session) -> UUID:
        """Somebody's phone has an external receiver."""
        device_id = self.spots["A1"].ids["device"]
        by = person(self.people["dispatcher@1"].id)
        told = {"since": YESTERDAY, "until": None, "reason": "外接定位"}
        return trust(session, device_id, **told, by=by, now=YESTERDAY).id

    def _somebody(self, session: Session, name: str) -> Person:
        somebody = add_person(session, name)
        somebody.phone = f"1880{self.id}{next(numbers):03}"
        return somebody

    def _work(self, session: Session, name: str, officer: Person) -> None:
        """Of the problems of A1 the bureau leads, of A2 somebody without a duty is the owner."""
        spot, owner = self.spots[name], self.people["owner"] if name == "A2" else officer
        given = {"unit_id": self.bureau.id} if name == "A1" else {"owner_id": owner.id}
        leave_records(session, spot, officer, self.checklist)
        spot.ids |= {"mark": _a_mark(session, spot), "turn": _a_turn(session, spot, officer)}
        leave_problems(session, spot, officer, self.people, given)

    def _account(self, session: Session) -> None:
        """The weeks of the towns, the month of the county, and an order to each town."""
        county = self.spots["county"]
        month = MonthlyDispatch(
            grid_id=county.grid.id, month=LAST_MONTH, state="draft", version=1, made_at=NOW,
            minutes="",
        )  # fmt: skip
        session.add(month)
        session.flush()
        county.ids["rule_set"] = session.scalars(select(RuleSet)).one()
        county.ids |= {"dispatch": month, "access_token": self._let_in(session)}
        county.ids["receiver"] = self._trust(session)
        for name, head in (("A", "grid_head@2"), ("B", "head B")):
            town = self.spots[name]
            town.ids |= {
                "summary": _summary(session, town.grid, LAST_WEEK),
                "signed": _signed(session, town.grid, self.people[head]),
                "order": _order(session, town.grid, month, self.people["dispatcher@1"]),
            }

    def _let_in(self, session: Session) -> UUID:
        """A program reads the field of the county."""
        somebody = self.people["dispatcher@1"]
        account = an_account(session, somebody, somebody.login, password_hash="never asked for")
        wanted = access_tokens.Wanted(
            name="大屏", purpose="展示", deeds=["field.read"], grid_id=self.spots["county"].grid.id,
            until=NOW + timedelta(days=30),
        )  # fmt: skip
        id, _ = access_tokens.issue(
            session, wanted, account_id=account.id, person_id=somebody.id, by=ROBOT, now=NOW
        )
        return id


def _a_mark(session: Session, spot: Spot) -> Mark:
    days = {"first_day": local_day(NOW), "last_day": local_day(NOW) + timedelta(days=7)}
    return set_mark(
        session, spot.ids["enterprise"], "attention", reason="有人投诉", by=ROBOT, now=NOW, **days
    )


def _a_turn(session: Session, spot: Spot, officer: Person) -> Turn:
    tomorrow = local_day(NOW) + timedelta(days=1)
    given = GivenTurn(
        person_id=officer.id, grid_id=spot.grid.id, first_day=tomorrow, last_day=tomorrow
    )
    return give_turn(session, given, by=ROBOT, now=NOW)


def _summary(session: Session, town: Grid, week: str) -> WeeklySummary:
    summary = WeeklySummary(
        grid_id=town.id, week=week, state="draft", version=1, made_at=NOW, comment="", remarks={}
    )
    session.add(summary)
    session.flush()
    return summary


def _signed(session: Session, town: Grid, head: Person) -> WeeklySummary:
    summary, by = _summary(session, town, WEEK_BEFORE), person(head.id)
    for found in summaries.draft(session, summary, now=NOW).exceptions:
        key, version = found["key"], summary.version
        summaries.remark(session, summary.id, version=version, key=key, word="春节", by=by, now=NOW)
    summaries.sign(
        session, summary.id, version=summary.version, comment="", signer_id=head.id, by=by, now=NOW
    )
    return summary


def _order(session: Session, town: Grid, month: MonthlyDispatch, giver: Person) -> Any:
    wanted = Wanted(
        id=new_id(), dispatch_id=month.id, addressee_id=town.id, requirement="补齐巡查",
        measured_by="visits", due_on=local_day(NOW) + timedelta(days=7),
    )  # fmt: skip
    order, _ = issue(session, wanted, issuer_id=giver.id, by=person(giver.id), now=NOW)
    return order


def _a_leave(session: Session, somebody: Person) -> Leave:
    """Somebody is away on a day to come."""
    day = local_day(NOW) + timedelta(days=20)
    leave = Leave(
        id=new_id(), person_id=somebody.id, substitute_id=None, first_day=day, last_day=day,
        reason="年休", recorded_at=NOW,
    )  # fmt: skip
    session.add(leave)
    return leave
