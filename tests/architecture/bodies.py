"""The least that each route takes, with what `ids` name in it."""

from base64 import b64encode
from datetime import timedelta
from typing import Any

from gridsvc.ids import new_id
from gridsvc.rules.presets import CHECKLISTS, RULE_SETS
from gridsvc.weeks import local_day
from tests.factories.issues import a_photo_body
from tests.factories.spots import NOW, YESTERDAY

Ids = dict[str, Any]

MADE_AT = NOW.isoformat()
TODAY = local_day(NOW).isoformat()
LAST_WEEK = (local_day(NOW) - timedelta(days=7)).isoformat()
NEXT_MONTH = (local_day(NOW) + timedelta(days=30)).isoformat()


def nothing(_: Ids) -> dict[str, Any]:
    return {}


def inspection(ids: Ids) -> dict[str, Any]:
    return {
        "made_at": MADE_AT, "enterprise_id": ids["enterprise"], "checklist_id": ids["checklist"],
        "answers": ids["checked"], "no_position_reason": "室内",
    }  # fmt: skip


def formal_inspection(ids: Ids) -> dict[str, Any]:
    """By two others: an enforcement officer is told to name themselves."""
    officers = [{"person_id": str(new_id()), "certificate_no": "0621"} for _ in range(2)]
    facts = {
        "officers": officers, "approval_no": "7号", "notice_no": "7号", "basis": "年度计划",
        "on_site": {"name": "王厂长", "post": "厂长"},
        "refusal": {"reason": "不在", "witness": "村主任在场"},
    }  # fmt: skip
    return inspection(ids) | {"kind": "formal", "formal": facts}


def certificate(ids: Ids) -> dict[str, Any]:
    days = {"valid_from": TODAY, "valid_until": NEXT_MONTH}
    return {"person_id": ids["person"], "number": f"0621{ids['new']}", **days}


def issue(ids: Ids) -> dict[str, Any]:
    return {
        "made_at": MADE_AT, "category": "dust", "severity": "minor", "description": "料堆没盖",
        "enterprise_id": ids["enterprise"],
    }  # fmt: skip


def proposal(ids: Ids) -> dict[str, Any]:
    place = {"type": "Point", "coordinates": [ids["lon"], ids["lat"]]}
    return {
        "made_at": MADE_AT, "name": "路边新厂", "kind": "other", "position": place, "crs": "wgs84",
    }  # fmt: skip


def patrol(ids: Ids) -> dict[str, Any]:
    return {"made_at": MADE_AT, "grid_id": ids["grid"]}


def patrol_end(ids: Ids) -> dict[str, Any]:
    return {"made_at": MADE_AT, "patrol_id": ids["patrol"]}


def track(_: Ids) -> dict[str, Any]:
    return {"crs": "wgs84", "points": [[122.05, 41.24, YESTERDAY.timestamp(), 5.0]]}


def track_record(ids: Ids) -> dict[str, Any]:
    return track(ids) | {"made_at": MADE_AT, "patrol_id": ids["patrol"], "seq": 9}


def day_close(ids: Ids) -> dict[str, Any]:
    return {
        "made_at": MADE_AT, "grid_id": ids["grid"], "day": TODAY, "visits": 0, "problems": 0,
    }  # fmt: skip


def order(ids: Ids) -> dict[str, Any]:
    return {
        "id": str(ids["new"]), "dispatch_id": ids["dispatch"], "addressee_id": ids["town"],
        "requirement": "补齐巡查", "measured_by": "visits", "due_on": NEXT_MONTH,
    }  # fmt: skip


def edit(ids: Ids) -> dict[str, Any]:
    changes = {"address": {"from": "", "to": "村东头"}}
    return {
        "made_at": MADE_AT, "subject_kind": "enterprise", "subject_id": ids["enterprise"],
        "base_version": 1, "changes": changes,
    }  # fmt: skip


def queue_file(ids: Ids) -> dict[str, Any]:
    told = {"format": "gridsvc-outbox/1", "exported_at": MADE_AT, "records": []}
    return {"dry_run": True, "file": told | {"person_id": ids["person"]}}


def leave(ids: Ids) -> dict[str, Any]:
    days = {"first_day": NEXT_MONTH, "last_day": NEXT_MONTH}
    return {"person_id": ids["person"], "reason": "年休", **days}


def table(_: Ids) -> dict[str, Any]:
    return {"name": "people.csv", "content": b64encode(b"login,name\n").decode()}


def penalty(ids: Ids) -> dict[str, Any]:
    told = {"authority": "生态环境分局", "ground": "未苫盖", "measure": "罚款"}
    return told | {"number": f"〔2026〕{ids['new']}", "decided_on": TODAY}


def appointment(ids: Ids) -> dict[str, Any]:
    return {"person_id": ids["nobody"], "role": "grid_officer", "subject": f"grid:{ids['grid']}"}


def because(_: Ids) -> dict[str, Any]:
    return {"reason": "调岗"}


def program(ids: Ids) -> dict[str, Any]:
    until = (NOW + timedelta(days=30)).isoformat()
    told = {"name": "大屏", "purpose": "展示", "deeds": ["roster.read"], "until": until}
    return told | {"grid_id": ids["grid"]}


def rule_set(_: Ids) -> dict[str, Any]:
    return {"name": "三河", "document": RULE_SETS["sanhe"], "note": "试行"}


def checklist(_: Ids) -> dict[str, Any]:
    return {"object_kind": "industrial", "items": CHECKLISTS["industrial"]}


def a_day_off(_: Ids) -> dict[str, Any]:
    return {"is_workday": False, "name": "停工"}


def mark(ids: Ids) -> dict[str, Any]:
    days = {"first_day": NEXT_MONTH, "last_day": NEXT_MONTH}
    return {"enterprise_id": ids["enterprise"], "kind": "exemption", "reason": "停产", **days}


def turn(ids: Ids) -> dict[str, Any]:
    days = {"first_day": NEXT_MONTH, "last_day": NEXT_MONTH}
    return {"person_id": ids["person"], "grid_id": ids["grid"], **days}


def handover(ids: Ids) -> dict[str, Any]:
    return {"duty_id": ids["duty"], "to_person_id": ids["nobody"], "reason": "调动"}


ACTIONS: dict[str, dict[str, Any]] = {
    "acknowledge": {},
    "assign": {"requirement": "盖好"},
    "take_on": {},
    "submit": {"photos": [a_photo_body("after")]},
    "accept": {},
    "close": {},
    "look_back": {"result": "ok"},
    "void": {"note": "不是问题"},
}
