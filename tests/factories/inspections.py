from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from gridsvc.digests import canonical
from gridsvc.enterprises.models import Enterprise
from gridsvc.ids import new_id
from gridsvc.inspections.rules import InspectionReport
from gridsvc.people.models import Person
from gridsvc.records import Envelope
from gridsvc.rules.models import Checklist

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)  # Monday, in Shanghai
TWO_DAYS_AGO = NOON - timedelta(days=2)


def an_envelope(sender: Person, body: Any, **changes: Any) -> Envelope:
    usual: dict[str, Any] = {
        "id": new_id(),
        "sender_id": sender.id,
        "device_id": None,
        "made_at": TWO_DAYS_AGO,
        "text": canonical(orjson.loads(orjson.dumps(body, default=str))).decode(),
    }
    return Envelope(**usual | changes)


def answers_to(checklist: Checklist, *problems: str) -> list[dict[str, Any]]:
    """An answer to every item: ok, but for `problems`."""
    return [
        {"item": item["item"], "result": "problem" if item["item"] in problems else "ok"}
        for item in checklist.items
    ]


def a_report(
    enterprise: Enterprise,
    inspector: Person,
    checklist: Checklist,
    *,
    id: UUID | None = None,
    made_at: datetime = TWO_DAYS_AGO,
    clock_offset_s: float = 0.0,
    **changes: Any,
) -> InspectionReport:
    """An ordinary visit, two days before it reaches the server at NOON."""
    facts: dict[str, Any] = {
        "enterprise_id": enterprise.id,
        "checklist_id": checklist.id,
        "answers": answers_to(checklist),
        "findings": "砂石堆场未覆盖",
        "position": enterprise.location,
        "crs": "wgs84",
        "accuracy_m": 8.0,
    } | changes
    told = {**facts, "position": None, "made_at": made_at, "photos": []}
    sealed = an_envelope(
        inspector, told, id=id or new_id(), made_at=made_at, clock_offset_s=clock_offset_s
    )
    return InspectionReport(envelope=sealed, **facts)


def a_body(enterprise: Enterprise, checklist: Checklist, **changes: Any) -> dict[str, Any]:
    """The same visit as a phone sends it."""
    usual = {
        "enterprise_id": str(enterprise.id),
        "checklist_id": str(checklist.id),
        "made_at": "2026-02-28T12:00:00+08:00",
        "answers": answers_to(checklist),
        "position": {
            "type": "Point",
            "coordinates": [enterprise.location.x, enterprise.location.y],
        },
        "crs": "wgs84",
        "accuracy_m": 8.0,
        "findings": "砂石堆场未覆盖",
    }
    return usual | changes


def a_record(enterprise: Enterprise, checklist: Checklist, **changes: Any) -> dict[str, Any]:
    """The same visit as one record of a batch."""
    return {
        "kind": "inspection",
        "id": str(new_id()),
        "made_at": "2026-02-28T12:03:00+08:00",
        "device_seq": 1,
        "body": a_body(enterprise, checklist, **changes),
    }


def formal_facts(*officers: Person, **changes: Any) -> dict[str, Any]:
    """What a formal inspection has beside: the person on site did not sign."""
    usual: dict[str, Any] = {
        "officers": [
            {"person_id": str(one.id), "certificate_no": f"0621{n:04}"}
            for n, one in enumerate(officers, 1)
        ],
        "approval_no": "盘环检批〔2026〕7号",
        "notice_no": "盘环检通〔2026〕7号",
        "basis": "年度检查计划",
        "on_site": {"name": "王厂长", "post": "厂长"},
        "refusal": {"reason": "称负责人不在", "witness": "村委会主任赵强在场"},
    }
    return {name: fact for name, fact in (usual | changes).items() if fact is not None}


def a_formal_body(
    enterprise: Enterprise, checklist: Checklist, *officers: Person, **changes: Any
) -> dict[str, Any]:
    """A formal inspection as the first officer's phone sends it; `changes` of its own facts."""
    facts = formal_facts(*officers, **changes.pop("formal", {}))
    return a_body(enterprise, checklist, kind="formal", formal=facts, **changes)
