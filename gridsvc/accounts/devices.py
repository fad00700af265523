"""Taking a device out of use."""

from datetime import datetime

from gridsvc.accounts.rules import RevokedAlready
from gridsvc.actor import Actor
from gridsvc.audit import service as audit
from gridsvc.audit.rules import Act
from gridsvc.people.models import Device
from gridsvc.session import Session


def revoke(session: Session, device: Device, *, reason: str, by: Actor, now: datetime) -> None:
    """Shut a device, for good. What a phone still holds may be handed in, and goes to quarantine.

    Raises RevokedAlready.
    """
    session.refresh(device, with_for_update=True)
    if device.revoked_at is not None:
        raise RevokedAlready(f"At {device.revoked_at.isoformat()}.", reason=device.revoked_reason)
    device.revoked_at, device.revoked_reason = now, reason
    changes = {"reason": [None, reason], "name": [device.name, device.name]}
    act = Act(deed="device.revoke", subject_kind="device", subject_id=device.id, changes=changes)
    audit.record(session, [act], by=by, at=now)
