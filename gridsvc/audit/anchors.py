"""Anchors: once a day the end of the chain is signed, so that a later rewriting shows.

An anchor proves nothing while it lies beside the chain alone: whoever rewrites the one may
delete the other. Its copies elsewhere do: exported files, printed weekly summaries.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from gridsvc.audit.models import AuditAnchor
from gridsvc.audit.rules import Break, Witness
from gridsvc.audit.service import Verification, has_trail, head, verification
from gridsvc.errors import Refused
from gridsvc.session import Session
from gridsvc.signing import Signer, is_genuine
from gridsvc.weeks import local_day

Signed = Mapping[str, Any]


class NotGenuine(Refused):
    """An anchor or a receipt was not signed with this key, or was altered."""


class OfAnotherTrail(Refused):
    """An anchor or a receipt belongs to another jurisdiction."""


def sign_day(session: Session, signer: Signer, *, now: datetime) -> bool:
    """Sign where the chain ends, unless this local day has its anchor; say whether it was new."""
    if not has_trail(session):
        return False
    seq, hash_ = head(session)
    content = _content(session.jurisdiction_id, local_day(now).isoformat(), seq, hash_, now)
    anchor = insert(AuditAnchor).values(
        jurisdiction_id=session.jurisdiction_id,
        day=local_day(now),
        seq=seq,
        hash=hash_,
        signed_at=now,
        signature=signer.sign(content)["signature"],
    )
    made = session.scalar(anchor.on_conflict_do_nothing().returning(AuditAnchor.day))
    return made is not None


def anchors(session: Session) -> Sequence[AuditAnchor]:
    """Return every anchor, the earliest first."""
    return session.scalars(select(AuditAnchor).order_by(AuditAnchor.day)).all()


def last_anchor(session: Session) -> AuditAnchor | None:
    return session.scalars(select(AuditAnchor).order_by(AuditAnchor.day.desc()).limit(1)).first()


def told(anchor: AuditAnchor) -> dict[str, Any]:
    """Return an anchor as it is exported: anybody can check it with the public key."""
    content = _content(
        anchor.jurisdiction_id, anchor.day.isoformat(), anchor.seq, anchor.hash, anchor.signed_at
    )
    return {**content, "signature": anchor.signature}


def _content(
    jurisdiction_id: int, day: str, seq: int, hash: str, signed_at: datetime
) -> dict[str, Any]:
    return {
        "jurisdiction_id": jurisdiction_id,
        "day": day,
        "audit_seq": seq,
        "audit_hash": hash,
        "signed_at": signed_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
    }


def witness(session: Session, signed: Signed, public_key: str) -> Witness:
    """Return what an anchor or a receipt from elsewhere says of the chain.

    Raises NotGenuine, OfAnotherTrail.
    """
    name = _name(signed)
    if not is_genuine(dict(signed), public_key):
        raise NotGenuine(f"{name} was not signed with this key, or was altered.")
    if signed.get("jurisdiction_id") != session.jurisdiction_id:
        raise OfAnotherTrail(f"{name} belongs to jurisdiction {signed.get('jurisdiction_id')}.")
    return Witness(int(signed["audit_seq"]), str(signed["audit_hash"]), name)


def _name(signed: Signed) -> str:
    return f"the anchor of {signed['day']}" if "day" in signed else f"the receipt {signed['id']}"


@dataclass(frozen=True)
class Witnessed:
    """A walk along the chain, and the anchors that it was compared with."""

    walk: Verification
    anchors: int
    last_anchor: AuditAnchor | None


def witnessed(session: Session, public_key: str, others: Iterable[Witness] = ()) -> Witnessed:
    """Walk the whole chain and compare it with its anchors, and with `others` from elsewhere."""
    ours, altered = [], None
    standing = anchors(session)
    for anchor in standing:
        try:
            ours.append(witness(session, told(anchor), public_key))
        except NotGenuine as refusal:
            altered = altered or Break(anchor.seq, str(refusal))
    walk = verification(session, [*ours, *others])
    if altered and walk.holds:
        walk = Verification(altered, walk.head)
    return Witnessed(walk, len(standing), standing[-1] if standing else None)
