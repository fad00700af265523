"""HTTP for issues."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask_smorest import Blueprint

from gridsvc.accountability.access import held_by_caller
from gridsvc.accountability.rules import scope
from gridsvc.audit.receipts import receipts
from gridsvc.clock import utc_now
from gridsvc.identity import caller, member, needs, reads
from gridsvc.issues.act import act
from gridsvc.issues.briefs import briefs, step, whole
from gridsvc.issues.effects import ActionReport
from gridsvc.issues.models import Issue, IssueAction
from gridsvc.issues.queries import Scope, listed
from gridsvc.issues.report import report
from gridsvc.issues.rules import IssueReport, UnknownIssue
from gridsvc.issues.schemas import (
    ActedSchema,
    ActionIdSchema,
    ActionReportSchema,
    ActionRequestSchema,
    IssueReportSchema,
    IssuesQuerySchema,
    IssuesSchema,
    ReportedSchema,
    WholeIssueSchema,
)
from gridsvc.issues.workflow import Standing, sees
from gridsvc.quarantine import wake
from gridsvc.record_edge import enter_one, json_object, made, put_record, sealed
from gridsvc.session import Session, transaction
from gridsvc.signing import signer
from gridsvc.wire import json_body

blueprint = Blueprint(
    "issues", __name__, url_prefix="/api/v1/issues", description="The ledger of problems"
)


@blueprint.put("/<uuid7:issue_id>")
@blueprint.doc(requestBody=json_body(IssueReportSchema))
@blueprint.response(201, ReportedSchema)
@blueprint.alt_response(200, schema=ReportedSchema, description="A retry: already in the ledger")
@blueprint.alt_response(403, "FORBIDDEN")
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
@needs("issue.report")
def put_issue(issue_id: UUID) -> tuple[dict[str, Any], int]:
    """Report a problem. The phone makes the id, so sending it again is safe."""
    answer, status = put_record("issue", issue_id, IssueReportSchema, IssueReport, report, Issue)
    with transaction(caller().jurisdiction_id) as session:
        [issue] = briefs(session, [session.get_one(Issue, _key(session, issue_id))], utc_now())
    return answer | {"issue": issue}, status


@blueprint.get("")
@blueprint.arguments(IssuesQuerySchema, location="query")
@blueprint.response(200, IssuesSchema)
@member
@reads("issue.read")
def get_issues(query: dict[str, Any]) -> dict[str, Any]:
    """List the issues that the caller may see, with how many wait for what."""
    now, who = utc_now(), caller()
    with transaction(who.jurisdiction_id) as session:
        seen = scope(held_by_caller(session), "issue.read", now)
        mine = Scope(person_id=who.self_id, subject_ids=seen)
        found = listed(session, mine, query, now)
        return found | {"items": briefs(session, found["items"], now), "as_of": now}


@blueprint.get("/<uuid7:issue_id>")
@blueprint.response(200, WholeIssueSchema)
@blueprint.alt_response(404, "NOT_FOUND")
@member
@reads("issue.read")
def get_issue(issue_id: UUID) -> tuple[dict[str, Any], int, dict[str, str]]:
    """Show an issue whole: its actions, its photos, and what the caller can do about it now."""
    with transaction(caller().jurisdiction_id) as session:
        who = _standing(session, utc_now())
        issue = session.get(Issue, issue_id)
        if issue is None or not sees(issue, who):
            raise UnknownIssue(f"There is no issue {issue_id}.")
        return whole(session, issue, who), 200, {"ETag": f'"{issue.version}"'}


@blueprint.post("/<uuid7:issue_id>/actions")
@blueprint.doc(requestBody=json_body(ActionRequestSchema))
@blueprint.response(201, ActedSchema)
@blueprint.alt_response(200, schema=ActedSchema, description="A retry: already done")
@blueprint.alt_response(403, "FORBIDDEN")
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
@member
def post_action(issue_id: UUID) -> tuple[dict[str, Any], int]:
    """Take an action. A 409 lists what the caller could do instead.

    It is the same record as in a batch, which names its issue in the body.
    """
    who, now, sent = caller(), utc_now(), json_object()
    id = made(ActionIdSchema).load(sent)["id"]
    body = {name: value for name, value in sent.items() if name != "id"}
    body |= {"issue_id": str(issue_id)}
    facts = made(ActionReportSchema).load(body)
    envelope = sealed(who, id, body, facts.pop("made_at"), now)
    kept = enter_one(
        ActionReport(envelope=envelope, **facts),
        act,
        {"kind": "issue_action", "id": str(id), "body": body},
        now,
        keeps_refused=who.device_kind == "phone",
    )
    return _acted(issue_id, id), 201 if kept.is_new else 200


def _acted(issue_id: UUID, action_id: UUID) -> dict[str, Any]:
    with transaction(caller().jurisdiction_id) as session:
        issue = session.get_one(Issue, _key(session, issue_id))
        action = session.get_one(IssueAction, _key(session, action_id))
        wake(session, action_id)
        return {
            "issue": briefs(session, [issue], utc_now())[0],
            "action": step(session, action),
            "receipt": receipts(session, [action_id], signer())[action_id],
        }


def _standing(session: Session, now: datetime) -> Standing:
    return Standing(person_id=caller().self_id, held=held_by_caller(session), at=now)


def _key(session: Session, id: UUID) -> tuple[int, UUID]:
    return session.jurisdiction_id, id
