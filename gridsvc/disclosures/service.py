"""Reading the trail for a purpose leaves a line in it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from gridsvc.actor import Actor
from gridsvc.audit import service as audit
from gridsvc.audit.rules import Act
from gridsvc.grids.queries import root
from gridsvc.session import Session


def note_reading(
    session: Session, purpose: str, asked: Mapping[str, Any], *, by: Actor, now: datetime
) -> None:
    """Note that somebody read the trail, what they asked for, and what for."""
    filters = {name: [None, value] for name, value in asked.items() if value is not None}
    act = Act(
        deed="audit.read",
        subject_kind="grid",
        subject_id=root(session).id,
        changes={"purpose": [None, purpose], **filters},
    )
    audit.record(session, [act], by=by, at=now)
