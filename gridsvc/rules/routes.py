"""HTTP for what is in force."""

from typing import Any
from uuid import UUID

from flask import Response, jsonify
from flask_smorest import Blueprint

from gridsvc.clock import utc_now
from gridsvc.identity import caller, member, needs, open_to_all
from gridsvc.rules import documents, queries, service
from gridsvc.rules.models import CalendarDay, Checklist, RuleSet
from gridsvc.rules.schemas import (
    CalendarDaySchema,
    CalendarQuerySchema,
    CalendarSchema,
    ChecklistSchema,
    ChecklistsSchema,
    MarkDaySchema,
    NewChecklistSchema,
    NewRuleSetSchema,
    RuleSetSchema,
    RuleSetsSchema,
)
from gridsvc.rules.service import NewRules
from gridsvc.session import transaction
from gridsvc.wire import DayField

blueprint = Blueprint(
    "rules", __name__, url_prefix="/api/v1", description="Rule sets, checklists, the calendar"
)

JSON_SCHEMA = "application/schema+json"


@blueprint.get("/rule-sets")
@blueprint.response(200, RuleSetsSchema)
@member
def get_rule_sets() -> dict[str, Any]:
    """List every rule set, the latest first, and say which one counts now."""
    now = utc_now()
    with transaction(caller().jurisdiction_id) as session:
        return {"items": queries.rule_sets(session, now), "as_of": now}


@blueprint.get("/rule-sets/schema")
@blueprint.response(
    200, description="A JSON Schema (2020-12)", content_type="application/schema+json"
)
@open_to_all
def get_rule_set_schema() -> Response:
    """Return the JSON Schema that the document of a rule set keeps to."""
    response = jsonify(documents.schema())
    response.mimetype = JSON_SCHEMA
    return response


@blueprint.post("/rule-sets")
@blueprint.arguments(NewRuleSetSchema)
@blueprint.response(201, RuleSetSchema)
@blueprint.alt_response(403, "FORBIDDEN")
@blueprint.alt_response(409, "CONFLICT")
@needs("rules.change")
def post_rule_set(wanted: NewRules) -> RuleSet:
    """Put a rule set in force, from now on or later. The past stays as it was judged."""
    who, now = caller(), utc_now()
    with transaction(who.jurisdiction_id) as session:
        rule_set = service.change_rules(session, wanted, by=who.actor, now=now)
        session.refresh(rule_set, ["put_by"])
        return rule_set


@blueprint.delete("/rule-sets/<uuid:rule_set_id>")
@blueprint.response(204)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
@needs("rules.change")
def delete_rule_set(rule_set_id: UUID) -> None:
    """Take back a rule set that is not in force yet."""
    who, now = caller(), utc_now()
    with transaction(who.jurisdiction_id) as session:
        service.take_back(session, rule_set_id, by=who.actor, now=now)


@blueprint.get("/checklists")
@blueprint.etag
@blueprint.response(200, ChecklistsSchema)
@blueprint.alt_response(304, description="Nothing changed")
@member
def get_checklists() -> dict[str, Any]:
    """List every version of every checklist: a record names the version it answers."""
    with transaction(caller().jurisdiction_id) as session:
        return {"items": queries.checklists(session)}


@blueprint.post("/checklists")
@blueprint.arguments(NewChecklistSchema)
@blueprint.response(201, ChecklistSchema)
@blueprint.alt_response(403, "FORBIDDEN")
@needs("rules.change")
def post_checklist(body: dict[str, Any]) -> Checklist:
    """Put a new version of a checklist in force. What was answered keeps its version."""
    who, now = caller(), utc_now()
    with transaction(who.jurisdiction_id) as session:
        checklist = service.change_checklist(
            session, body["object_kind"], body["items"], since=body["since"], by=who.actor, now=now
        )
        session.refresh(checklist, ["put_by"])
        return checklist


@blueprint.put("/calendar/<day>")
@blueprint.arguments(MarkDaySchema)
@blueprint.response(200, CalendarDaySchema)
@blueprint.alt_response(403, "FORBIDDEN")
@needs("rules.change")
def put_calendar_day(body: dict[str, Any], day: str) -> CalendarDay:
    """Say that a day of today or later is worked, or is off, unlike its weekday says."""
    who, now, named = caller(), utc_now(), DayField().deserialize(day, "day")
    with transaction(who.jurisdiction_id) as session:
        return service.mark_day(session, named, by=who.actor, now=now, **body)


@blueprint.delete("/calendar/<day>")
@blueprint.response(204)
@blueprint.alt_response(404, "NOT_FOUND")
@needs("rules.change")
def delete_calendar_day(day: str) -> None:
    """Let a day of today or later go by its weekday again."""
    who, now, named = caller(), utc_now(), DayField().deserialize(day, "day")
    with transaction(who.jurisdiction_id) as session:
        service.unmark_day(session, named, by=who.actor, now=now)


@blueprint.get("/calendar")
@blueprint.arguments(CalendarQuerySchema, location="query")
@blueprint.response(200, CalendarSchema)
@member
def get_calendar(query: dict[str, Any]) -> dict[str, Any]:
    """Say of each day whether it is worked. A year without data goes by its weekdays."""
    with transaction(caller().jurisdiction_id) as session:
        return queries.work_calendar(session, query["since"], query["until"])
