"""Letting a program read, for a purpose that is named."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from gridsvc.accounts.rules import need_term
from gridsvc.actor import Actor
from gridsvc.audit import service as audit
from gridsvc.audit.rules import Act
from gridsvc.ids import new_id
from gridsvc.people.codes import new_secret, secret_digest
from gridsvc.people.models import AccessToken, Device
from gridsvc.session import Session
from gridsvc.signin.rules import Token


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a program is to read, where, what for, and until when."""

    name: str
    purpose: str
    deeds: list[str]
    grid_id: UUID
    until: datetime


def issue(
    session: Session,
    wanted: Wanted,
    *,
    account_id: UUID,
    person_id: UUID,
    by: Actor,
    now: datetime,
) -> tuple[UUID, Token]:
    """Let a program in; return its id, and the token, which nobody can read again.

    It ends with the account of whoever issued it. Raises BadTerm.
    """
    need_term(wanted.until, now)
    secret, id, deeds = new_secret(), new_id(), sorted(set(wanted.deeds))
    program = Device(
        id=id,
        account_id=account_id,
        person_id=person_id,
        kind="program",
        proof="issued",
        name=wanted.name,
        secret_digest=secret_digest(secret),
        rotated_at=now,
        created_at=now,
        last_seen_at=now,
        expires_at=wanted.until,
    )
    session.add(program)
    session.flush()
    session.add(AccessToken(id=id, purpose=wanted.purpose, deeds=deeds, grid_id=wanted.grid_id))
    act = Act(
        deed="access_token.issue",
        subject_kind="device",
        subject_id=id,
        changes=_told(wanted, deeds),
    )
    audit.record(session, [act], by=by, at=now)
    return id, Token(session.jurisdiction_id, id, secret)


def _told(wanted: Wanted, deeds: list[str]) -> dict[str, list[object]]:
    return {
        "name": [None, wanted.name],
        "purpose": [None, wanted.purpose],
        "deeds": [None, deeds],
        "grid_id": [None, str(wanted.grid_id)],
        "until": [None, wanted.until],
    }
