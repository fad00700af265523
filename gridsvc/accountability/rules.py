"""What a duty lets its holder do. No session, no clock.

PERMISSION is the whole of it: deed × the posts that allow it. A post is a role at a level
of the tree ("grid_head@2" is the head of a town) or for a kind of subject ("dept_liaison@unit").
A duty for a grid reaches down to every grid below it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import chain
from uuid import UUID

from gridsvc.db import Period


class Role(StrEnum):
    GRID_HEAD = "grid_head"  # 网格长
    DEPUTY_HEAD = "deputy_head"  # 副网格长
    GRID_OFFICER = "grid_officer"  # 网格员
    DEPT_LIAISON = "dept_liaison"  # 部门联络员
    RESPONSIBLE_LEADER = "responsible_leader"  # 责任领导
    RESPONSIBLE_PERSON = "responsible_person"  # 具体责任人员
    DISPATCHER = "dispatcher"  # 网格办
    ENFORCEMENT_OFFICER = "enforcement_officer"
    AUDITOR = "auditor"
    SECURITY_ADMIN = "security_admin"  # accounts and devices
    SYSTEM_ADMIN = "system_admin"  # imports, boundaries and rules
    ADMIN = "admin"  # the first one, who appoints the others


SEATED = {Role.GRID_HEAD, Role.RESPONSIBLE_LEADER, Role.RESPONSIBLE_PERSON}

# Whoever stands in for somebody on leave may do what these posts allow, on those days.
STOOD_IN = (Role.GRID_OFFICER,)

# They watch over the others: only the administrator appoints them.
KEEPERS = {Role.AUDITOR, Role.SECURITY_ADMIN, Role.SYSTEM_ADMIN, Role.ADMIN}

# Nobody is two of these at once, and so alone with what they did.
KEPT_APART = KEEPERS - {Role.ADMIN}

SUBJECT_KINDS = {
    Role.GRID_HEAD: {"grid"},
    Role.DEPUTY_HEAD: {"grid"},
    Role.GRID_OFFICER: {"grid"},
    Role.DEPT_LIAISON: {"unit"},
    Role.RESPONSIBLE_LEADER: {"enterprise"},
    Role.RESPONSIBLE_PERSON: {"enterprise"},
    Role.DISPATCHER: {"grid"},
    Role.ENFORCEMENT_OFFICER: {"grid"},
    Role.AUDITOR: {"grid"},
    Role.SECURITY_ADMIN: {"grid"},
    Role.SYSTEM_ADMIN: {"grid"},
    Role.ADMIN: {"grid"},
}

OFFICER = {"grid_officer@3", "grid_officer@2"}
VILLAGE = {"grid_head@3", "deputy_head@3"}
TOWN = {"grid_head@2", "deputy_head@2"}
COUNTY = {"grid_head@1"}
OFFICE = {"dispatcher@1"}
ENFORCEMENT = {"enforcement_officer@1"}
SECURITY = {"security_admin@1", "admin@1"}
LIAISON = {"dept_liaison@unit"}
ANSWERABLE = {"responsible_leader@enterprise", "responsible_person@enterprise"}
FIELD = OFFICER | VILLAGE | TOWN | ENFORCEMENT
ABOVE = TOWN | COUNTY | OFFICE | ENFORCEMENT
ALL_GRID_POSTS = FIELD | ABOVE
ADMINISTRATION = SECURITY | {"system_admin@1", "auditor@1"}

PERMISSION: dict[str, set[str]] = {
    "inspection.register": FIELD,
    "inspection.formal": ENFORCEMENT,
    "enterprise.propose": FIELD,
    "patrol.walk": FIELD,
    "issue.report": FIELD | OFFICE,
    "day.close": OFFICER | VILLAGE,
    "field.read": ALL_GRID_POSTS,
    "enterprise.read": ALL_GRID_POSTS | ANSWERABLE | LIAISON,
    "enterprise.keep": TOWN | OFFICE,
    "enterprise.import": OFFICE | {"system_admin@1"},
    "enterprise.export": OFFICE,
    "penalty.record": ENFORCEMENT | OFFICE,
    "track.read": ABOVE,
    "issue.read": ALL_GRID_POSTS | LIAISON | ANSWERABLE,
    "issue.assign": TOWN | OFFICE,
    "issue.acknowledge": TOWN | OFFICE | ENFORCEMENT | COUNTY,
    "issue.rectify": OFFICER | VILLAGE | TOWN | LIAISON | ANSWERABLE,
    "issue.accept": VILLAGE | TOWN | ENFORCEMENT,
    "issue.close": TOWN | OFFICE,
    "issue.look_back": FIELD,
    "issue.void": TOWN | OFFICE,
    "summary.read": ABOVE,
    "summary.sign": TOWN,
    "summary.accept": OFFICE | COUNTY,
    "dispatch.read": ABOVE,
    "dispatch.prepare": OFFICE,
    "dispatch.sign": COUNTY,
    "order.issue": OFFICE | COUNTY,
    "order.reply": TOWN,
    "trace.read": ABOVE,
    "roster.read": ALL_GRID_POSTS | LIAISON | ANSWERABLE | ADMINISTRATION,
    "rules.change": OFFICE | {"system_admin@1"},
    "mark.set": TOWN | COUNTY | OFFICE,
    "turn.give": VILLAGE | TOWN | COUNTY | OFFICE,
    "login.read": TOWN | COUNTY | OFFICE | ADMINISTRATION,
    "duty.appoint": TOWN | COUNTY | OFFICE | {"admin@1"},
    "duty.appoint_keeper": {"admin@1"},
    "duty.back_date": COUNTY | {"admin@1"},
    "duty.hand_over": TOWN | COUNTY | OFFICE | {"admin@1"},
    "certificate.keep": COUNTY | OFFICE | {"admin@1"},
    "leave.record": VILLAGE | TOWN | COUNTY | OFFICE | {"admin@1"},
    "flag.read": ABOVE,
    "flag.review": TOWN | ENFORCEMENT,
    "receiver.trust": OFFICE | ENFORCEMENT,
    "quarantine.read": ABOVE | {"admin@1"},
    "quarantine.settle": TOWN | COUNTY | OFFICE,
    "queue.import": TOWN | OFFICE | SECURITY,
    "phone.read": TOWN | COUNTY | OFFICE | SECURITY,
    "fact.edit": OFFICER | VILLAGE | TOWN | OFFICE,
    "conflict.settle": TOWN | COUNTY | OFFICE,
    "roster.export": {"admin@1"},
    "roster.import": {"admin@1"},
    "audit.read": ENFORCEMENT | {"auditor@1"},
    "audit.verify": ENFORCEMENT | {"auditor@1", "admin@1"},
    "device.manage": TOWN | SECURITY,
    "account.manage": SECURITY,
    "access_token.manage": OFFICE | SECURITY,
}

POSTS = frozenset(chain.from_iterable(PERMISSION.values()))  # such as "grid_head@2"


@dataclass(frozen=True)
class Held:
    """A role that somebody held during a period, and one thing that it reaches.

    `subject_id` is the grid, enterprise or unit: the duty's own, or a grid below its own.
    A program holds no post: `deeds` are what it was granted.
    """

    role: str
    held_at: str  # the level of the duty's own grid, or the kind of its subject
    subject_id: UUID
    period: Period
    deeds: frozenset[str] | None = None

    @property
    def post(self) -> str:
        return f"{self.role}@{self.held_at}"

    def lets(self, deed: str, at: datetime) -> bool:
        """Say whether it allows `deed`, to what it reaches, at a moment."""
        granted = self.post in PERMISSION[deed] if self.deeds is None else deed in self.deeds
        return granted and at in self.period


def allows(held: Iterable[Held], deed: str, at: datetime) -> bool:
    """Say whether what somebody held lets them do `deed` anywhere at a moment."""
    return any(duty.lets(deed, at) for duty in held)


def may(held: Iterable[Held], deed: str, subject_id: UUID, at: datetime) -> bool:
    """Say whether what somebody held lets them do `deed` to a subject at a moment."""
    return any(duty.subject_id == subject_id and duty.lets(deed, at) for duty in held)


def saw(held: Iterable[Held], deed: str, *subject_ids: UUID) -> bool:
    """Say whether what somebody held ever let them do `deed` to one of some subjects.

    To whoever saw a thing once, that it is there is no secret.
    """
    return any(duty.subject_id in subject_ids and duty.post in PERMISSION[deed] for duty in held)


def scope(held: Iterable[Held], deed: str, at: datetime) -> set[UUID]:
    """Return the subjects to which what somebody held lets them do `deed` at a moment."""
    return {duty.subject_id for duty in held if duty.lets(deed, at)}


def permissions(held: Iterable[Held], at: datetime) -> list[str]:
    """Return every deed that what somebody held allows at a moment, in order of name."""
    posts = {duty.post for duty in held if at in duty.period}
    return sorted(deed for deed, allowed in PERMISSION.items() if posts & allowed)
