"""Who somebody is: person, jurisdiction, duties held now, what they allow; and on what device."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select

from gridsvc.accountability.models import Duty
from gridsvc.accountability.queries import ASKED, held_by, reached_as_json, stood_in
from gridsvc.accountability.rules import permissions
from gridsvc.people.models import Account, Device, Person
from gridsvc.people.second_factor import is_confirmed, recovery_codes_left
from gridsvc.roster.queries import subjects_of
from gridsvc.scoped import Jurisdiction
from gridsvc.session import Session
from gridsvc.signin.rules import ROTATE_AFTER, is_desk_role


class Known(NamedTuple):
    """A device, and what else says who is at it. A former digest is told only if it was shown."""

    account_id: UUID
    person_id: UUID
    kind: str
    secret_digest: str
    previous_digest: str | None
    confirmed_at: datetime | None
    last_seen_at: datetime
    expires_at: datetime
    is_shut: bool  # its account is
    is_revoked: bool
    must_change_password: bool
    wants_factor: bool  # if its owner decides at a desk
    deeds: list[str] | None  # of a program
    grid_id: UUID | None
    former_digests: list[str]
    held: list[Any] | None  # what they ever held, for accountability.queries.from_json


KNOWN = f"""
SELECT device.account_id, device.person_id, device.kind, device.secret_digest,
       device.previous_digest, device.confirmed_at, device.last_seen_at, device.expires_at,
       account.disabled_at IS NOT NULL,
       device.revoked_at IS NOT NULL,
       account.must_change_password AND device.proof = 'password',
       device.kind = 'browser' AND device.proof = 'password'
           AND jurisdiction.second_factor <> 'none' AND second_factor.confirmed_at IS NULL,
       access_token.deeds, access_token.grid_id,
       CASE WHEN device.former_digests ? %(shown)s THEN ARRAY[%(shown)s] ELSE '{{}}' END,
       {reached_as_json("device.person_id")}
FROM device
JOIN account ON account.id = device.account_id
JOIN jurisdiction ON jurisdiction.id = device.jurisdiction_id
LEFT JOIN second_factor ON second_factor.account_id = device.account_id
LEFT JOIN access_token ON access_token.jurisdiction_id = %(here)s AND access_token.id = device.id
WHERE device.jurisdiction_id = %(here)s AND device.id = %(device_id)s
  AND (device.kind = 'program') = (access_token.id IS NOT NULL)
"""  # noqa: S608


def known(session: Session, device_id: UUID, shown_digest: str) -> Known | None:
    """Return what is known of a device that shows a secret: nearly every request asks it.

    And what duties it has, which most ask, too: in one statement, at one moment.
    """
    for row in session.glance(KNOWN, device_id=device_id, shown=shown_digest, **ASKED):
        return Known(*row)
    return None


def me(session: Session, device_id: UUID, at: datetime) -> dict[str, Any]:
    """Return who is at a device, with the duties held at a moment and the deeds they allow."""
    device = session.get_one(Device, (session.jurisdiction_id, device_id))
    person_id, account = device.person_id, session.get_one(Account, device.account_id)
    return {
        "person": session.get_one(Person, (session.jurisdiction_id, person_id)),
        "login": account.login,
        "jurisdiction": session.get_one(Jurisdiction, session.jurisdiction_id),
        "duties": _duties(session, person_id, at),
        "permissions": permissions(held_by(session, person_id), at),
        "must_change_password": account.must_change_password and device.proof == "password",
        "device": {
            "id": device.id,
            "kind": device.kind,
            "expires_at": device.expires_at,
            "rotate_after": device.rotated_at + ROTATE_AFTER if device.kind == "phone" else None,
        },
        "second_factor": {
            "is_set_up": is_confirmed(session, account),
            "must_set_up": lacks_second_factor(session, device, account, at),
            "recovery_codes_left": recovery_codes_left(session, account),
        },
    }


def lacks_second_factor(session: Session, device: Device, account: Account, at: datetime) -> bool:
    """Say whether somebody at a browser has to set up a second factor before all else.

    Whom another provider vouches for has that provider's.
    """
    if (device.kind, device.proof) != ("browser", "password"):
        return False
    here = session.get_one(Jurisdiction, session.jurisdiction_id)
    if here.second_factor == "none" or is_confirmed(session, account):
        return False
    return is_desk_role(held_by(session, device.person_id), at)


def _duties(session: Session, person_id: UUID, at: datetime) -> list[dict[str, Any]]:
    mine = select(Duty).where(Duty.person_id == person_id, Duty.period.op("@>")(at))
    own = session.scalars(mine.order_by(Duty.role, Duty.id)).all()
    duties = [*own, *stood_in(session, person_id, at)]
    subjects = subjects_of(session, duties)
    return [
        {
            "id": duty.id,
            "role": duty.role,
            "subject": subjects[duty.subject_id],
            "seat": duty.seat,
            "since": duty.period.lower,
            "until": duty.period.upper,
            "stands_in_for": None if duty.person_id == person_id else duty.person,
        }
        for duty in duties
    ]
