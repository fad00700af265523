"""Raising flags, and what people make of them: review, appeal, a receiver that is known."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from gridsvc.actor import Actor
from gridsvc.audit import service as audit
from gridsvc.audit.rules import Act
from gridsvc.batches import insert_all, put
from gridsvc.flags.models import Flag, TrustedReceiver, Unweighed
from gridsvc.flags.queries import record_models
from gridsvc.flags.rules import (
    Finding,
    FlagChanged,
    NothingToAppeal,
    OwnRecord,
    PeriodInverted,
    UnknownFlag,
    UnknownReceiver,
    measure_at,
)
from gridsvc.ids import new_id
from gridsvc.rules.models import RuleSet
from gridsvc.session import Session

INSTANT = timedelta(microseconds=1)


def note(
    session: Session, findings: Sequence[Finding], *, by: Actor, now: datetime
) -> dict[UUID, Finding]:
    """Raise a flag for each finding that is new, and leave its line in the trail.

    This is the way for whoever learns something about a record after it was entered. Call it
    last, as it ends with the trail. Returns the new ones; what was found before is no news, and
    what people made of it stands. A finding about a record that is not there is left out.
    """
    raised = raise_flags(session, findings, now=now)
    audit.record(session, acts(raised), by=by, at=now)
    return raised


def raise_flags(
    session: Session, findings: Sequence[Finding], *, now: datetime
) -> dict[UUID, Finding]:
    """Enter a flag for each finding that is new; return them by id. For deeds that go on."""
    records = _records(session, findings)
    rule_sets = session.scalars(select(RuleSet)).all() if records else []
    rows = []
    for finding in findings:
        record = records.get((finding.record_kind, finding.record_id))
        if record is not None:
            measure = measure_at(rule_sets, record.occurred_at)
            told = {"score": measure.weights[finding.kind], "rule_set_id": measure.rule_set_id}
            rows.append(_row(finding, record, now) | told)
    if not rows:
        return {}
    rows.sort(key=lambda row: (row["record_id"], row["kind"], row["about"]))
    new = {id for (id,) in put(session, Flag, rows, "ON CONFLICT DO NOTHING RETURNING id")}
    return {row["id"]: _finding(row) for row in rows if row["id"] in new}


def acts(raised: dict[UUID, Finding]) -> list[Act]:
    """Return the lines for the trail of flags that were raised."""
    return [
        Act(
            deed="flag.raise",
            subject_kind="flag",
            subject_id=id,
            changes={finding.kind: [None, str(finding.record_id)]},
        )
        for id, finding in raised.items()
    ]


def review(
    session: Session,
    flag_id: UUID,
    *,
    verdict: str,
    reason: str,
    version: int,
    by: Actor,
    now: datetime,
) -> Flag:
    """Confirm or dismiss a flag. Raises UnknownFlag, OwnRecord, or FlagChanged.

    `version` is the one the reviewer looked at. A later appeal opens the question again; what
    was dismissed stays to be seen.
    """
    flag = _locked(session, flag_id)
    if flag.sender_id == by.person_id:
        raise OwnRecord("Somebody else has to look at it.")
    if flag.version != version:
        raise FlagChanged("Read it again.", version=flag.version, state=flag.state)
    before, flag.state = flag.state, verdict
    flag.reason, flag.reviewed_by_id, flag.reviewed_at = reason, by.person_id, now
    flag.version += 1
    changes = {"state": [before, verdict], "reason": [None, reason]}
    _record(session, "flag.review", flag, changes, by, now)
    return flag


def appeal(session: Session, flag_id: UUID, words: str, *, by: Actor, now: datetime) -> Flag:
    """Note what its maker says to a flag. Raises UnknownFlag or NothingToAppeal.

    A flag that was confirmed is open again until somebody judges the words.
    """
    flag = _locked(session, flag_id)
    if flag.sender_id != by.person_id:
        raise unknown(flag_id)
    if flag.state == "dismissed":
        raise NothingToAppeal("It was dismissed.")
    before, flag.state = flag.state, "open"
    flag.appeal, flag.appealed_at = words, now
    flag.reviewed_at = flag.reviewed_by_id = None
    flag.version += 1
    _record(session, "flag.appeal", flag, {"state": [before, "open"]}, by, now)
    return flag


def trust(
    session: Session,
    device_id: UUID,
    *,
    since: datetime,
    until: datetime | None,
    reason: str,
    by: Actor,
    now: datetime,
) -> TrustedReceiver:
    """Note that a device has an external receiver. Raises PeriodInverted.

    Flags that were raised before stay: they are dismissed one by one, each with its reason.
    """
    if until is not None and until <= since:
        raise PeriodInverted("It has to end after it begins.")
    receiver = TrustedReceiver(
        device_id=device_id, since=since, until=until, reason=reason,
        granted_by_id=by.person_id, granted_at=now,
    )  # fmt: skip
    session.add(receiver)
    session.flush()
    _record(session, "receiver.trust", receiver, {"reason": [None, reason]}, by, now)
    return receiver


def end_trust(session: Session, receiver_id: UUID, *, by: Actor, now: datetime) -> TrustedReceiver:
    """End the trust in a receiver now. Raises UnknownReceiver if there is none, or no more."""
    locked = select(TrustedReceiver).where(TrustedReceiver.id == receiver_id).with_for_update()
    receiver = session.scalars(locked.execution_options(populate_existing=True)).one_or_none()
    if receiver is None or (receiver.until is not None and receiver.until <= now):
        raise UnknownReceiver(f"There is no {receiver_id} that is trusted now.")
    before = receiver.until
    receiver.until = max(now, receiver.since + INSTANT)
    changes = {"until": [before and before.isoformat(), now.isoformat()]}
    _record(session, "receiver.end_trust", receiver, changes, by, now)
    return receiver


def mark_unweighed(session: Session, days: Collection[tuple[UUID, date]]) -> None:
    """Have the days of people weighed (again): something new of them has come."""
    rows = [{"id": new_id(), "person_id": person, "day": day} for person, day in sorted(set(days))]
    insert_all(session, Unweighed, rows)


def _record(
    session: Session, deed: str, row: Flag | TrustedReceiver, changes: dict[str, Any],
    by: Actor, now: datetime,
) -> None:  # fmt: skip
    kind = "flag" if isinstance(row, Flag) else "trusted_receiver"
    line = Act(deed=deed, subject_kind=kind, subject_id=row.id, changes=changes)
    audit.record(session, [line], by=by, at=now)


def unknown(flag_id: UUID) -> UnknownFlag:
    return UnknownFlag(f"There is no {flag_id}, or none that you may see.")


def _locked(session: Session, flag_id: UUID) -> Flag:
    locked = select(Flag).where(Flag.id == flag_id).with_for_update()
    flag = session.scalars(locked.execution_options(populate_existing=True)).one_or_none()
    if flag is None:
        raise unknown(flag_id)
    return flag


def _records(session: Session, findings: Sequence[Finding]) -> dict[tuple[str, UUID], Any]:
    """Return what every field record has, of those that the findings are about."""
    named: dict[str, set[UUID]] = defaultdict(set)
    for finding in findings:
        named[finding.record_kind].add(finding.record_id)
    models = record_models()
    found = {}
    for kind, ids in named.items():
        of = models[kind]
        columns = (of.id, of.grid_id, of.sender_id, of.device_id, of.occurred_at)
        for row in session.execute(select(*columns).where(of.id.in_(ids))):
            found[kind, row.id] = row
    return found


def _row(finding: Finding, record: Any, now: datetime) -> dict[str, Any]:
    return {
        "id": new_id(),
        "grid_id": record.grid_id,
        "sender_id": record.sender_id,
        "device_id": record.device_id,
        "record_kind": finding.record_kind,
        "record_id": finding.record_id,
        "about": finding.about,
        "kind": finding.kind,
        "evidence": dict(finding.evidence),
        "occurred_at": record.occurred_at,
        "raised_at": now,
        "state": "open",
        "version": 1,
    }


def _finding(row: dict[str, Any]) -> Finding:
    names = ("kind", "record_kind", "record_id", "evidence", "about")
    return Finding(**{name: row[name] for name in names})
