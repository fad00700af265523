"""HTTP for the registry."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Response
from flask_smorest import Blueprint

from gridsvc.accountability.access import require, visible_grids
from gridsvc.accountability.queries import holder
from gridsvc.accountability.rules import Role
from gridsvc.clock import utc_now
from gridsvc.downloads import download
from gridsvc.enterprises import keeping, queries, service
from gridsvc.enterprises.differences import report, require_as_told
from gridsvc.enterprises.edits import NoSuchEnterprise
from gridsvc.enterprises.export import export
from gridsvc.enterprises.import_schemas import RegistryImportedSchema, RegistryImportSchema
from gridsvc.enterprises.lookalikes import candidates, duplicates
from gridsvc.enterprises.models import Enterprise
from gridsvc.enterprises.rules import COLUMNS, OPTIONAL
from gridsvc.enterprises.schemas import (
    ApartSchema,
    ApprovalSchema,
    BecauseSchema,
    CandidatesSchema,
    DuplicatesSchema,
    EnterpriseFileSchema,
    EnterpriseSchema,
    EnterprisesQuerySchema,
    EnterprisesSchema,
    FactsSchema,
    MergerSchema,
    NewEnterpriseSchema,
    PurposeSchema,
    TallySchema,
)
from gridsvc.grids.models import Grid
from gridsvc.grids.queries import within
from gridsvc.identity import caller, needs
from gridsvc.session import Session, transaction
from gridsvc.sheets import MEDIA_TYPE, workbook
from gridsvc.tables import csv_text, read_content

blueprint = Blueprint("enterprises", __name__, url_prefix="/api/v1", description="The registry")


@blueprint.get("/enterprises")
@blueprint.arguments(EnterprisesQuerySchema, location="query")
@blueprint.response(200, EnterprisesSchema)
@needs("enterprise.read")
def get_enterprises(query: dict[str, Any]) -> dict[str, Any]:
    """List the enterprises that the caller may see."""
    asked = query.pop("grid", None)
    with transaction(caller().jurisdiction_id) as session:
        if asked:
            query["grid_ids"] = within(session, asked)
        visible = visible_grids(session, "enterprise.read")
        return queries.page(session, visible, now=utc_now(), **query)


@blueprint.get("/enterprises/tally")
@blueprint.response(200, TallySchema)
@needs("enterprise.read")
def get_tally() -> dict[str, Any]:
    """Count the enterprises that the caller may see, and those that want somebody."""
    now = utc_now()
    with transaction(caller().jurisdiction_id) as session:
        visible = visible_grids(session, "enterprise.read", now)
        return queries.tally(session, visible, now) | {"as_of": now}


@blueprint.get("/enterprises/<uuid:enterprise_id>")
@blueprint.etag
@blueprint.response(200, EnterpriseFileSchema)
@blueprint.alt_response(404, "NOT_FOUND")
@needs("enterprise.read")
def get_enterprise(enterprise_id: UUID) -> dict[str, Any]:
    """Return an enterprise, and who answers for it now. The ETag covers both."""
    now = utc_now()
    with transaction(caller().jurisdiction_id) as session:
        enterprise = queries.existing(session, enterprise_id)
        visible = visible_grids(session, "enterprise.read")
        if not visible & {enterprise.grid_id, enterprise.id}:
            raise _unseen(enterprise_id)
        return _file(session, enterprise, now)


def _file(session: Session, enterprise: Enterprise, now: datetime) -> dict[str, Any]:
    leader = holder(session, Role.RESPONSIBLE_LEADER, enterprise.id, now)
    person = holder(session, Role.RESPONSIBLE_PERSON, enterprise.id, now)
    return {
        "enterprise": enterprise,
        "grid": session.get(Grid, enterprise.grid_id),
        "responsible_leader": leader and leader.person,
        "responsible_person": person and person.person,
    }


def _unseen(enterprise_id: UUID) -> NoSuchEnterprise:
    return NoSuchEnterprise(f"There is no enterprise {enterprise_id}, or none you may see.")


def _kept(session: Session, enterprise_id: UUID) -> Enterprise:
    """Return an enterprise whose file the caller keeps. What is foreign is not there."""
    enterprise = queries.existing(session, enterprise_id)
    require(
        session, "enterprise.keep", enterprise.grid_id,
        sees="enterprise.read", unseen=_unseen(enterprise_id),
    )  # fmt: skip
    return enterprise


@blueprint.post("/enterprises")
@blueprint.arguments(NewEnterpriseSchema)
@blueprint.response(201, EnterpriseSchema)
@blueprint.alt_response(403, "FORBIDDEN")
@blueprint.alt_response(409, "CONFLICT")
@needs("enterprise.keep")
def post_enterprise(facts: dict[str, Any]) -> Enterprise:
    """Enter one enterprise in the registry by hand, where its place lies."""
    who, now = caller(), utc_now()
    with transaction(who.jurisdiction_id) as session:
        keeps = visible_grids(session, "enterprise.keep", now)
        return keeping.register_one(session, facts, keeps=keeps, by=who.actor, now=now)


@blueprint.patch("/enterprises/<uuid:enterprise_id>")
@blueprint.etag
@blueprint.arguments(FactsSchema)
@blueprint.response(200, EnterpriseFileSchema)
@blueprint.alt_response(403, "FORBIDDEN")
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
@needs("enterprise.keep")
def patch_enterprise(facts: dict[str, Any], enterprise_id: UUID) -> dict[str, Any]:
    """Change what stands of an enterprise. Wants the ETag that was read, in If-Match."""
    who, now = caller(), utc_now()
    with transaction(who.jurisdiction_id) as session:
        enterprise = _kept(session, enterprise_id)
        blueprint.check_etag(_file(session, enterprise, now), EnterpriseFileSchema)
        changed = keeping.change(
            session, enterprise_id, facts, version=enterprise.version,
            keeps=visible_grids(session, "enterprise.keep", now), by=who.actor, now=now,
        )  # fmt: skip
        return _file(session, changed, now)


@blueprint.post("/enterprises/<uuid:enterprise_id>:approve")
@blueprint.arguments(ApprovalSchema)
@blueprint.response(200, EnterpriseSchema)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
@needs("enterprise.keep")
def post_approval(facts: dict[str, Any], enterprise_id: UUID) -> Enterprise:
    """Take a place that was found in the field into the registry."""
    return _decide("approve", enterprise_id, facts)


@blueprint.post("/enterprises/<uuid:enterprise_id>:close")
@blueprint.arguments(BecauseSchema)
@blueprint.response(200, EnterpriseSchema)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
@needs("enterprise.keep")
def post_closure(facts: dict[str, Any], enterprise_id: UUID) -> Enterprise:
    """Say that a place is no longer supervised. No visit is due there from now on."""
    return _decide("close", enterprise_id, facts)


@blueprint.post("/enterprises/<uuid:enterprise_id>:reopen")
@blueprint.arguments(BecauseSchema)
@blueprint.response(200, EnterpriseSchema)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
@needs("enterprise.keep")
def post_reopening(facts: dict[str, Any], enterprise_id: UUID) -> Enterprise:
    """Say that a place is supervised again."""
    return _decide("reopen", enterprise_id, facts)


def _decide(decision: str, enterprise_id: UUID, facts: dict[str, Any]) -> Enterprise:
    who, now, reason = caller(), utc_now(), facts.pop("reason")
    with transaction(who.jurisdiction_id) as session:
        _kept(session, enterprise_id)
        return keeping.decide(
            session, enterprise_id, decision, facts=facts, reason=reason, by=who.actor, now=now
        )


@blueprint.get("/enterprises/<uuid:enterprise_id>/candidates")
@blueprint.response(200, CandidatesSchema)
@blueprint.alt_response(404, "NOT_FOUND")
@needs("enterprise.keep")
def get_candidates(enterprise_id: UUID) -> dict[str, Any]:
    """List the entries that may be the same place: near, of a name alike, or of the same firm."""
    with transaction(caller().jurisdiction_id) as session:
        _kept(session, enterprise_id)
        return {"items": candidates(session, enterprise_id)}


@blueprint.get("/enterprises/duplicates")
@blueprint.response(200, DuplicatesSchema)
@needs("enterprise.keep")
def get_duplicates() -> dict[str, Any]:
    """List pairs of entries that may be one place, the likeliest first."""
    now = utc_now()
    with transaction(caller().jurisdiction_id) as session:
        keeps = visible_grids(session, "enterprise.keep", now)
        return {"items": duplicates(session, keeps), "as_of": now}


@blueprint.post("/enterprises/<uuid:enterprise_id>:merge")
@blueprint.arguments(MergerSchema)
@blueprint.response(200, EnterpriseSchema)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
@needs("enterprise.keep")
def post_merger(told: dict[str, Any], enterprise_id: UUID) -> Enterprise:
    """Say that an entry is the same place as another; answers the one that goes on."""
    who, now = caller(), utc_now()
    with transaction(who.jurisdiction_id) as session:
        _kept(session, enterprise_id)
        _kept(session, told["into_id"])
        return keeping.merge(session, enterprise_id, by=who.actor, now=now, **told)


@blueprint.post("/enterprises/<uuid:enterprise_id>:keep_apart")
@blueprint.arguments(ApartSchema)
@blueprint.response(204)
@blueprint.alt_response(404, "NOT_FOUND")
@needs("enterprise.keep")
def post_apart(told: dict[str, Any], enterprise_id: UUID) -> None:
    """Say that two entries that look alike are two places."""
    who, now = caller(), utc_now()
    with transaction(who.jurisdiction_id) as session:
        _kept(session, enterprise_id)
        _kept(session, told["other_id"])
        keeping.keep_apart(session, enterprise_id, by=who.actor, now=now, **told)


@blueprint.get("/enterprises/export.csv")
@blueprint.arguments(PurposeSchema, location="query")
@blueprint.response(200, {"type": "string"}, content_type="text/csv")
@needs("enterprise.export")
def get_registry_csv(query: dict[str, str]) -> Response:
    """Return the registry as CSV, as the import takes it. The purpose is noted."""
    return download(csv_text(_registry(query["purpose"])), "enterprises.csv", "text/csv")


@blueprint.get("/enterprises/export.xlsx")
@blueprint.arguments(PurposeSchema, location="query")
@blueprint.response(200, {"type": "string", "format": "binary"}, content_type=MEDIA_TYPE)
@needs("enterprise.export")
def get_registry_xlsx(query: dict[str, str]) -> Response:
    """Return the registry as a workbook, as the import takes it. Likewise."""
    return download(workbook(_registry(query["purpose"])), "enterprises.xlsx", MEDIA_TYPE)


def _registry(purpose: str) -> list[list[str]]:
    who, now = caller(), utc_now()
    with transaction(who.jurisdiction_id) as session:
        here = visible_grids(session, "enterprise.export", now)
        return export(session, here, purpose=purpose, by=who.actor, now=now)


@blueprint.post("/enterprises:import")
@blueprint.arguments(RegistryImportSchema)
@blueprint.response(200, RegistryImportedSchema)
@blueprint.alt_response(409, "CONFLICT")
@needs("enterprise.import")
def post_import(body: dict[str, Any]) -> dict[str, Any]:
    """Enter enterprises from a table, all or nothing.

    First as a dry run, which tells every difference and writes nothing. Then with the `digest`
    that it gave: if what would change is another by now, nothing is written (registry-changed).
    """
    who, now = caller(), utc_now()
    table = read_content(body["name"], body["content"], COLUMNS, optional=OPTIONAL)
    with transaction(who.jurisdiction_id) as session:
        planned = service.plan(session, table.lines, crs=body["crs"], now=now)
        told = report(planned, table.faults)
        if body["dry_run"]:
            return told
        require_as_told(told, body["digest"])
        service.register(session, planned, by=who.actor, now=now)
        return told | {"dry_run": False}
