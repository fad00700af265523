"""The table of authorisation: every route of the API, and how it is asked."""

from typing import Any

from shapely import Point

from gridsvc.identity import MEMBER
from tests.architecture.bodies import (
    ACTIONS,
    LAST_WEEK,
    MADE_AT,
    NEXT_MONTH,
    TODAY,
    a_day_off,
    appointment,
    because,
    certificate,
    checklist,
    day_close,
    edit,
    formal_inspection,
    handover,
    inspection,
    issue,
    leave,
    mark,
    nothing,
    order,
    patrol,
    patrol_end,
    penalty,
    program,
    proposal,
    queue_file,
    rule_set,
    table,
    track,
    track_record,
    turn,
)
from tests.architecture.matrix import READ, Ids, Row
from tests.factories.media import TUS, base64
from tests.factories.tiles import tile_of

V1 = "/api/v1"
WEEKS = f"{V1}/weekly-summaries/{{summary_id}}"
MONTHS = f"{V1}/monthly-dispatches/{{dispatch_id}}"
TOWNS, COUNTY, GRIDS = ("A", "B"), ("county",), ("A1", "A2", "A", "B1", "county")
SOME = ("A1", "county")
VILLAGES = ("A1", "A2", "B1")
HERE_IT_LIES = Point(122.05, 41.24)  # the first village of the county
X, Y = tile_of(HERE_IT_LIES, 13)
TILE = {"z": "13", "x": str(X), "y": str(Y)}
PIECE = TUS | {"Content-Type": "application/offset+octet-stream", "Upload-Offset": "0"}
ANNOUNCED = TUS | {
    "Upload-Length": "9",
    "Upload-Metadata": f"sha256 {base64('5e' * 32)},filetype {base64('image/jpeg')}",
}


def action(name: str, thing: str, deed: str) -> tuple[Row, Row]:
    """An action on an issue in the state that it asks for, by itself and in a batch.

    For what lies in another town, one of them is asked by itself, and all are in batches.
    """
    spots = VILLAGES if name == "assign" else VILLAGES[:2]

    def body(ids: Ids) -> dict[str, Any]:
        owner = {"owner_id": ids["nobody"]} if name == "assign" else {}
        return {"made_at": MADE_AT, "action": name, **ACTIONS[name], **owner}

    told: dict[str, Any] = {"deed": deed, "sees": "issue.read", "own": deed == "issue.rectify"}
    return (
        Row(f"POST {V1}/issues/{{issue_id}}/actions", thing, spots, **told,
            json=lambda ids: body(ids) | {"id": str(ids["new"])}),
        Row(f"POST {V1}/sync/push", thing, VILLAGES, **told, record="issue_action",
            json=lambda ids: body(ids) | {"issue_id": ids[thing]}),
    )  # fmt: skip


def records(route: str, kind: str, thing: str, body: Any, **how: Any) -> tuple[Row, Row]:
    """A field record of one kind, by itself and in a batch."""
    path = {} if kind == "track" else {f"{kind}_id": "{new}"}
    batched: dict[str, Any] = how | {"json": track_record} if kind == "track" else how
    return (
        Row(f"PUT {V1}/{route}", thing, GRIDS if thing == "grid" else VILLAGES,
            **{"path": path | {"seq": "9"}, "json": body} | how),
        Row(f"POST {V1}/sync/push", thing, GRIDS if thing == "grid" else VILLAGES,
            **{"record": kind, "json": body} | batched),
    )  # fmt: skip


SUBJECTS = frozenset({"enterprise"})  # for which somebody answers
WHOLE_TRAIL = frozenset(READ) - {"contact_phone", "phone", "track", "track_aside"}

KNOWN: dict[str, Any] = {"known": True}
OF_OWN: dict[str, Any] = {"deed": MEMBER, "sees": "field.read", "ever": True, "own": True}
AT_ENTERPRISE: dict[str, Any] = {"sees": "enterprise.read", "ever": True}

ROWS = (
    # signing in and out
    Row(f"POST {V1}/sessions", json=nothing, answers=422, alike=True),
    Row(f"POST {V1}/activations", json=nothing, answers=422, alike=True),
    Row(f"DELETE {V1}/sessions/current", alike=True),
    Row(f"GET {V1}/me"),
    Row(f"PUT {V1}/me/password", json=nothing, answers=422, alike=True),
    Row(f"POST {V1}/me/second-factor", json=nothing, answers=422, alike=True),
    Row(f"POST {V1}/me/second-factor:confirm", json=nothing, answers=422, alike=True),
    Row(f"POST {V1}/me/second-factor:remove", json=nothing, answers=422, alike=True),
    Row(f"POST {V1}/sessions/current:rotate", json=nothing, alike=True),
    Row(f"GET {V1}/oidc", alike=True),
    Row(f"GET {V1}/oidc/start", answers=404, alike=True),
    Row(f"GET {V1}/oidc/callback", answers=404, alike=True),
    Row(f"GET {V1}/me/export", mine=True),
    # the trail
    Row(f"GET {V1}/audit", query="purpose=核查&limit=500", names=WHOLE_TRAIL),
    Row(f"GET {V1}/audit/verify"),
    Row(f"GET {V1}/audit/anchors"),
    Row(f"GET {V1}/receipts/public-key", alike=True),
    # who is who
    Row(f"GET {V1}/responsibility", "grid", GRIDS, query="subject=grid:{grid}", anywhere=True),
    Row(f"GET {V1}/responsibility", "enterprise", query="subject=enterprise:{enterprise}",
        anywhere=True, names=SUBJECTS),
    Row(f"GET {V1}/duties", "person", query="person_id={person}", filters=True),
    Row(f"GET {V1}/duties/timeline", "enterprise", query="subject_id={enterprise}", filters=True,
        names=SUBJECTS, answers=404),
    Row(f"GET {V1}/duties/gaps", names=SUBJECTS),
    Row(f"GET {V1}/people", query="limit=200", names=SUBJECTS),
    Row(f"GET {V1}/people/export.csv", query="purpose=核对", names=SUBJECTS | {"phone"}),
    Row(f"GET {V1}/people/export.xlsx", query="purpose=核对"),
    Row(f"GET {V1}/units"),
    Row(f"POST {V1}/duties", "grid", ("A1", "A2", "B1"), sees="field.read", json=appointment),
    Row(f"POST {V1}/duties/{{duty_id}}:end", "duty", GRIDS, sees="field.read", json=nothing),
    Row(f"POST {V1}/duties/{{duty_id}}:end", "keeper", COUNTY, deed="duty.appoint_keeper",
        sees="field.read", json=nothing),
    Row(f"POST {V1}/duties:hand_over", "duty", GRIDS, sees="field.read", json=handover),
    Row(f"POST {V1}/duties:hand_over", "keeper", COUNTY, deed="duty.appoint_keeper",
        sees="field.read", json=lambda ids: handover(ids | {"duty": ids["keeper"]})),
    Row(f"GET {V1}/handovers", "person", query="person_id={person}", filters=True),
    Row(f"GET {V1}/handovers/preview", "duty", GRIDS, query="duty={duty}", deed="duty.hand_over",
        sees="field.read", own=True),
    Row(f"POST {V1}/handovers/{{handover_id}}:accept", "handover", ("A2",), own=True),
    Row(f"GET {V1}/search", query="q=砂石", names=SUBJECTS),
    Row(f"POST {V1}/people:import", json=table, answers=422),
    Row(f"GET {V1}/leaves", shows="leave"),
    Row(f"POST {V1}/leaves", "person", known=True, json=leave),
    Row(f"POST {V1}/leaves/{{leave_id}}:cancel", "leave", known=True),
    Row(f"GET {V1}/certificates"),
    Row(f"POST {V1}/certificates", "person", anywhere=True, json=certificate),
    Row(f"POST {V1}/certificates/{{certificate_id}}:withdraw", path={"certificate_id": "{new}"},
        json=because, answers=404),
    # accounts, devices, programs
    Row(f"GET {V1}/devices", "person", query="person={person}", deed="device.manage", known=True,
        own=True),
    Row(f"POST {V1}/devices/{{device_id}}:revoke", "device", deed="device.manage", own=True,
        json=because),
    Row(f"GET {V1}/phones", shows="device"),
    Row(f"GET {V1}/accounts", shows="login"),
    Row(f"POST {V1}/accounts/{{login}}:renew_code", "login", anywhere=True),
    Row(f"POST {V1}/accounts/{{login}}:disable", "login", anywhere=True, json=because),
    Row(f"POST {V1}/accounts/{{login}}:enable", "login", anywhere=True, json=because),
    Row(f"POST {V1}/accounts/{{login}}:reset_second_factor", "login", anywhere=True, answers=404),
    Row(f"GET {V1}/access-tokens", shows="access_token"),
    Row(f"POST {V1}/access-tokens", "grid", GRIDS, sees="roster.read", json=program),
    Row(f"POST {V1}/access-tokens/{{token_id}}:revoke", "access_token", COUNTY, anywhere=True,
        json=because),
    # what is in force
    Row(f"GET {V1}/rule-sets", alike=True),
    Row(f"GET {V1}/checklists", alike=True),
    Row(f"GET {V1}/calendar", query=f"from={TODAY}&until={TODAY}", alike=True),
    Row(f"GET {V1}/rule-sets/schema", alike=True),
    Row(f"POST {V1}/rule-sets", json=rule_set),
    Row(f"POST {V1}/rule-sets:preview", json=rule_set, names=SUBJECTS),
    Row(f"DELETE {V1}/rule-sets/{{rule_set_id}}", "rule_set", COUNTY, anywhere=True, answers=409),
    Row(f"POST {V1}/checklists", json=checklist),
    Row(f"PUT {V1}/calendar/{{day}}", path={"day": NEXT_MONTH}, json=a_day_off),
    Row(f"DELETE {V1}/calendar/{{day}}", path={"day": NEXT_MONTH}, answers=404),
    # attention, exemptions, turns
    Row(f"GET {V1}/marks", shows="mark"),
    Row(f"GET {V1}/marks", "grid", SOME, query="grid={grid}", filters=True),
    Row(f"POST {V1}/marks", "enterprise", sees="enterprise.read", json=mark),
    Row(f"POST {V1}/marks/{{mark_id}}:end", "mark", sees="field.read"),
    Row(f"GET {V1}/turns", shows="turn", query=f"from={TODAY}&until={NEXT_MONTH}"),
    Row(f"GET {V1}/turns", "grid", SOME, query="grid={grid}", filters=True),
    Row(f"POST {V1}/turns", "grid", ("A1", "B1"), sees="field.read", json=turn),
    Row(f"POST {V1}/turns/{{turn_id}}:end", "turn", sees="field.read"),
    # the registry
    Row(f"GET {V1}/enterprises", shows="enterprise"),
    Row(f"GET {V1}/enterprises", "grid", SOME, query="grid={grid}", filters=True),
    Row(f"GET {V1}/enterprises/{{enterprise_id}}", "enterprise"),
    Row(f"GET {V1}/enterprises/{{enterprise_id}}/file", "enterprise"),
    Row(f"POST {V1}/enterprises", json=nothing, answers=422),
    Row(f"PATCH {V1}/enterprises/{{enterprise_id}}", "enterprise", json=nothing, answers=412,
        sees="enterprise.read", headers={"If-Match": '"as it was"'}),
    Row(f"GET {V1}/enterprises/{{enterprise_id}}/candidates", "enterprise",
        sees="enterprise.read"),
    Row(f"GET {V1}/enterprises/duplicates"),
    Row(f"GET {V1}/enterprises/tally"),
    Row(f"POST {V1}/enterprises/{{enterprise_id}}:approve", "enterprise", json=nothing,
        answers=409, sees="enterprise.read"),
    Row(f"POST {V1}/enterprises/{{enterprise_id}}:close", "enterprise", json=because,
        sees="enterprise.read"),
    Row(f"POST {V1}/enterprises/{{enterprise_id}}:reopen", "enterprise", json=because,
        answers=409, sees="enterprise.read"),
    Row(f"POST {V1}/enterprises/{{enterprise_id}}:merge", "enterprise", answers=422,
        sees="enterprise.read", json=lambda ids: because(ids) | {"into_id": ids["enterprise"]}),
    Row(f"POST {V1}/enterprises/{{enterprise_id}}:keep_apart", "enterprise", answers=422,
        sees="enterprise.read", json=lambda ids: because(ids) | {"other_id": ids["enterprise"]}),
    Row(f"POST {V1}/enterprises/{{enterprise_id}}/penalties", "enterprise", json=penalty,
        sees="enterprise.read"),
    Row(f"POST {V1}/enterprises/{{enterprise_id}}/penalties/{{penalty_id}}:withdraw",
        "enterprise", path={"penalty_id": "{penalty}", "enterprise_id": "{enterprise}"},
        json=because, sees="enterprise.read", names=frozenset({"penalty"})),
    Row(f"POST {V1}/enterprises:import", json=lambda ids: table(ids) | {"crs": "wgs84"},
        answers=422),
    Row(f"GET {V1}/enterprises/export.csv", query="purpose=核对", names=SUBJECTS),
    Row(f"GET {V1}/enterprises/export.xlsx", query="purpose=核对"),
    # the map
    Row(f"GET {V1}/grids"),
    Row(f"GET {V1}/grids/{{grid_id}}", "grid", GRIDS, anywhere=True),
    Row(f"GET {V1}/grids:locate", query="lon={lon}&lat={lat}&crs=wgs84"),
    Row(f"GET {V1}/grids/outline", "grid", GRIDS, query="grid={grid}", anywhere=True),
    Row(f"GET {V1}/grids/states", "grid", GRIDS, query="parent={grid}", anywhere=True),
    Row("GET /tiles/{layer}/{z}/{x}/{y}.mvt", path=TILE | {"layer": "enterprises"}),
    Row("GET /tiles/{layer}/{z}/{x}/{y}.mvt", path=TILE | {"layer": "grids"}),
    # the round
    *records("patrols/{patrol_id}", "patrol", "grid", patrol, deed="patrol.walk", answers=422,
             **KNOWN),
    *records("day-closes/{day_close_id}", "day_close", "grid", day_close, deed="day.close",
             **KNOWN),
    *records("patrol-ends/{patrol_end_id}", "patrol_end", "patrol", patrol_end, **OF_OWN),
    *records("patrols/{patrol_id}/track/{seq}", "track", "patrol", track, **OF_OWN),
    Row(f"GET {V1}/patrols", shows="patrol"),
    Row(f"GET {V1}/patrols/{{patrol_id}}/track", "patrol", query="purpose=核查",
        deed="track.read", sees="field.read", own=True),
    Row(f"GET {V1}/day-closes", shows="day_close"),
    Row(f"GET {V1}/day-closes", "grid", SOME, query="grid={grid}", filters=True),
    Row(f"GET {V1}/due-visits", "grid", GRIDS, query="grid={grid}"),
    Row(f"GET {V1}/coverage-debt", "grid", GRIDS, query="grid={grid}"),
    Row(f"GET {V1}/coverage-debt/totals", "grid", GRIDS, query="grid={grid}"),
    Row(f"GET {V1}/coverage-debt/records", "grid", GRIDS, query="grid={grid}&key=nobody"),
    Row(f"GET {V1}/my-day"),
    Row(f"GET {V1}/my-month"),
    Row(f"GET {V1}/colleagues"),
    # photos
    Row(f"OPTIONS {V1}/media", alike=True),
    Row(f"POST {V1}/media", headers=ANNOUNCED, alike=True),
    Row(f"HEAD {V1}/media/uploads/{{upload_id}}", "upload", headers=TUS, own=True),
    Row(f"PATCH {V1}/media/uploads/{{upload_id}}", "upload", headers=PIECE, data=b"piece",
        own=True),
    Row(f"GET {V1}/media/{{sha256}}", "photo", deed="field.read", own=True),
    Row(f"GET {V1}/media/{{sha256}}/thumb", "photo", deed="field.read", own=True),
    Row(f"GET {V1}/media/{{sha256}}/watermarked", "photo", deed="field.read", own=True),
    Row(f"GET {V1}/photos", "inspection", ("A1", "B1"), query="record={inspection}",
        filters=True),
    # the log
    *records("inspections/{inspection_id}", "inspection", "enterprise", inspection,
             deed="inspection.register", **AT_ENTERPRISE),
    *records("inspections/{inspection_id}", "inspection", "enterprise", formal_inspection,
             deed="inspection.formal", answers=422, **AT_ENTERPRISE),
    Row(f"GET {V1}/inspections", shows="inspection"),
    Row(f"GET {V1}/inspections/formal", names=SUBJECTS),
    Row(f"GET {V1}/inspections", "enterprise", ("A1", "B1"),
        query="enterprise_id={enterprise}", filters=True),
    Row(f"PUT {V1}/enterprise-proposals/{{enterprise_proposal_id}}", json=proposal,
        path={"enterprise_proposal_id": "{new}"}),
    # what speaks against records
    Row(f"GET {V1}/flags", shows="flag", query=f"from={LAST_WEEK}&until={TODAY}"),
    Row(f"GET {V1}/flags/{{record_kind}}/{{record_id}}", "inspection", deed="flag.read",
        path={"record_kind": "inspection", "record_id": "{inspection}"}),
    Row(f"POST {V1}/flags/{{flag_id}}:review", "flag", sees="flag.read",
        json=lambda _: {"verdict": "confirmed", "version": 1}),
    Row(f"GET {V1}/my-flags", mine=True),
    Row(f"POST {V1}/flags/{{flag_id}}:appeal", "flag", own=True,
        json=lambda _: {"words": "大门在北侧"}),
    Row(f"GET {V1}/trusted-receivers", names=frozenset({"device"})),
    Row(f"POST {V1}/trusted-receivers", "device", anywhere=True, names=frozenset({"device"}),
        json=lambda ids: {"device_id": ids["device"], "reason": "外接定位"}),
    Row(f"POST {V1}/trusted-receivers/{{receiver_id}}:end", "receiver", COUNTY, anywhere=True,
        names=frozenset({"device"})),
    # the ledger
    *records("issues/{issue_id}", "issue", "enterprise", issue, deed="issue.report",
             **AT_ENTERPRISE),
    Row(f"GET {V1}/issues", shows="issue"),
    Row(f"GET {V1}/issues", "grid", SOME, query="grid={grid}", filters=True),
    Row(f"GET {V1}/issues/{{issue_id}}", "issue_found", deed="issue.read", own=True),
    Row(f"GET {V1}/issues/{{issue_id}}", "issue_assigned", deed="issue.read", own=True),
    *action("acknowledge", "issue_found", "issue.acknowledge"),
    *action("assign", "issue_found", "issue.assign"),
    *action("take_on", "issue_assigned", "issue.rectify"),
    *action("submit", "issue_assigned", "issue.rectify"),
    *action("accept", "issue_submitted", "issue.accept"),
    *action("close", "issue_accepted", "issue.close"),
    *action("look_back", "issue_closed", "issue.look_back"),
    *action("void", "issue_found", "issue.void"),
    # the week
    Row(f"GET {V1}/weekly-summaries", shows="summary"),
    Row(f"GET {V1}/weekly-summaries", "grid", TOWNS, query="grid={grid}", filters=True),
    Row(f"GET {WEEKS}", "summary", TOWNS),
    Row(f"GET {WEEKS}/records", "summary", TOWNS, query="number=visits"),
    Row(f"GET {WEEKS}/supplement", "signed", TOWNS),
    Row(f"POST {WEEKS}:remark", "summary", TOWNS, sees="summary.read",
        json=lambda _: {"version": 1, "key": "overdue", "word": "下雨"}),
    Row(f"POST {WEEKS}:sign", "summary", TOWNS, sees="summary.read",
        json=lambda _: {"version": 2}, answers=409),
    Row(f"POST {WEEKS}:accept", "signed", TOWNS, sees="summary.read"),
    Row(f"POST {WEEKS}:return", "signed", TOWNS, sees="summary.read",
        json=lambda _: {"reason": "说明太短"}),
    # the month: towns read it whole, since they are what is ranked
    Row(f"GET {V1}/monthly-dispatches"),
    Row(f"GET {MONTHS}", "dispatch", COUNTY, anywhere=True),
    Row(f"POST {MONTHS}:minutes", "dispatch", COUNTY, sees="dispatch.read",
        json=lambda _: {"version": 1, "minutes": "到会"}),
    Row(f"POST {MONTHS}:sign", "dispatch", COUNTY, sees="dispatch.read",
        json=lambda _: {"version": 1}),
    Row(f"GET {V1}/dispatch-orders", shows="order"),
    Row(f"GET {V1}/dispatch-orders", "grid", TOWNS, query="addressee={grid}", filters=True),
    Row(f"POST {V1}/dispatch-orders", "dispatch", COUNTY, sees="dispatch.read", json=order),
    Row(f"POST {V1}/dispatch-orders/{{order_id}}:reply", "order", TOWNS, sees="dispatch.read",
        json=lambda _: {"reply": "已补齐"}),
    # the trace: what somebody answered for, they may read
    *(Row(f"GET {V1}/trace/{{kind}}/{{subject_id}}", kind, GRIDS if kind == "grid" else VILLAGES,
          path={"kind": kind.partition("_")[0]}, deed="trace.read", sees="field.read", past=True)
      for kind in ("enterprise", "grid", "issue_found")),
    # what waits, phones, and what was kept aside
    Row(f"GET {V1}/home"),
    Row(f"POST {V1}/sync/push", json=lambda _: {"records": []}),
    Row(f"GET {V1}/sync/pull", shows="inspection"),
    Row(f"POST {V1}/sync/pull", shows="inspection", json=nothing),
    Row(f"GET {V1}/sync/health", mine=True),
    Row(f"POST {V1}/sync/health", json=lambda _: {"device": {"battery": 0.5}}, alike=True),
    Row(f"GET {V1}/sync/missing-media"),
    Row(f"POST {V1}/sync/import", "person", json=queue_file),
    Row(f"GET {V1}/phone-states"),
    Row(f"GET {V1}/phone-states", "grid", SOME, query="grid={grid}", filters=True),
    Row(f"GET {V1}/quarantine", shows="quarantined"),
    Row(f"POST {V1}/quarantine/{{aside_id}}:retry", "quarantined", sees="quarantine.read"),
    Row(f"POST {V1}/quarantine/{{aside_id}}:dismiss", "quarantined", sees="quarantine.read",
        json=because),
    # what two people may change of one thing
    *records("edits/{edit_id}", "edit", "enterprise", edit, deed="fact.edit", **AT_ENTERPRISE),
    Row(f"GET {V1}/my-edits", mine=True),
    Row(f"GET {V1}/conflicts", shows="conflict"),
    Row(f"POST {V1}/conflicts/{{conflict_id}}:settle", "conflict", sees="field.read",
        json=lambda _: {"choices": {"address": "to"}}),
)  # fmt: skip
