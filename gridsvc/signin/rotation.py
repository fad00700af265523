"""Another token for a phone, once a week, so that a copy of an old one tells on itself."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from gridsvc.actor import Actor, system
from gridsvc.audit import service as audit
from gridsvc.audit.rules import Act
from gridsvc.people.codes import new_secret, secret_digest
from gridsvc.people.models import Device
from gridsvc.session import Session
from gridsvc.signin.rules import OnlyPhonesRotate, RotatedAlready, Shown, Token, shown

REMEMBERED = 100  # former secrets of a phone: two years of weeks
COPIED = "copied"  # why a device was revoked


def rotate(
    session: Session, token: Token, *, app_build: str | None, by: Actor, now: datetime
) -> Token:
    """Return a new token for the phone that showed `token`, which goes on for a while.

    Should the answer get lost, the phone asks again with the token that it has; the one that
    never arrived is forgotten. Raises OnlyPhonesRotate, RotatedAlready.
    """
    device = locked(session, token.device_id)
    if device.kind != "phone":
        raise OnlyPhonesRotate("Sign in again instead.")
    match shown(device, token.secret, now):
        case Shown.PRESENT:
            _move_on(device)
        case Shown.PREVIOUS if device.confirmed_at is None:
            pass  # the answer with the present secret was lost
        case _:
            raise RotatedAlready("Read again what this phone has stored.")
    secret = new_secret()
    device.secret_digest, device.confirmed_at = secret_digest(secret), None
    device.rotated_at, device.app_build = now, app_build or device.app_build
    act = Act(deed="device.rotate", subject_kind="device", subject_id=device.id)
    audit.record(session, [act], by=by, at=now)
    return Token(token.jurisdiction_id, device.id, secret)


def _move_on(device: Device) -> None:
    """Make the present secret the previous one, and that a former one."""
    if device.previous_digest:
        device.former_digests = [*device.former_digests, device.previous_digest][-REMEMBERED:]
    device.previous_digest = device.secret_digest


def shut_copied(session: Session, device_id: UUID, *, now: datetime) -> None:
    """Revoke a device of which somebody has shown an old secret, unless it is already."""
    device = locked(session, device_id)
    if device.revoked_at is not None:
        return
    device.revoked_at, device.revoked_reason = now, COPIED
    changes = {"reason": [None, COPIED]}
    act = Act(
        deed="device.revoke", subject_kind="device", subject_id=device.id, changes=dict(changes)
    )
    audit.record(session, [act], by=system("signin.copied_token"), at=now)


def locked(session: Session, device_id: UUID) -> Device:
    device = select(Device).where(Device.id == device_id).with_for_update()
    return session.scalars(device, execution_options={"populate_existing": True}).one()
