"""Issues on the wire."""

from datetime import date
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, post_load, validates_schema
from marshmallow.validate import Length, OneOf, Range

from geo.crs import KNOWN_CRS, to_wgs84
from gridsvc.issues.effects import DUE_KINDS
from gridsvc.issues.rules import CATEGORIES, RESULTS, SEVERITIES, SOURCES
from gridsvc.issues.workflow import ACTIONS, STATES
from gridsvc.media.schemas import ORIGINAL, PhotosField
from gridsvc.wire import (
    EnterpriseRefSchema,
    GridRefSchema,
    MomentField,
    PersonRefSchema,
    PointField,
    ReportSchema,
    TextField,
    Uuid7Field,
    need_crs,
)

PRESETS = (
    "waiting_assign", "overdue", "due_soon", "to_accept", "to_close", "look_back_due",
    "relapsed", "urgent", "open", "closed",
)  # fmt: skip


class DayField(fields.Date):
    """A local day, such as 2026-11-30, of this century."""

    def __init__(self, **options: Any) -> None:
        within = Range(min=date(2000, 1, 1), max=date(2100, 1, 1))
        super().__init__(validate=within, **options)


class IssueReportSchema(ReportSchema):
    """A problem as a phone sends it: at an enterprise, or at a position with its `crs`."""

    category = fields.String(required=True, validate=OneOf(CATEGORIES))
    severity = fields.String(required=True, validate=OneOf(SEVERITIES))
    description = TextField(required=True, validate=Length(min=1, max=4000))
    source = fields.String(load_default="patrol", validate=OneOf(SOURCES))
    enterprise_id = fields.UUID()
    inspection_id = fields.UUID()
    place = TextField(validate=Length(max=200))
    position = PointField()
    crs = fields.String(validate=OneOf(KNOWN_CRS))
    accuracy_m = fields.Float(validate=Range(min=0, max=1e7))
    fixed_on_spot = fields.Boolean(load_default=False)
    urgent = fields.Boolean(
        load_default=False,
        metadata={"description": "紧急上报: on top for town, office and enforcement till seen."},
    )
    photos = PhotosField()

    @validates_schema
    def _somewhere(self, body: dict[str, Any], **_: Any) -> None:
        need_crs(body)
        if "position" not in body and "enterprise_id" not in body:
            raise ValidationError("Either this or enterprise_id.", "position")

    @post_load
    def _convert_once(self, body: dict[str, Any], **_: Any) -> dict[str, Any]:
        if "position" in body:
            body["position"] = to_wgs84(body["position"], body["crs"])
        return {**body, "photos": tuple(body["photos"])}


class ActionFactsSchema(ReportSchema):
    """What an action tells. Which of it is needed depends on the action."""

    action = fields.String(required=True, validate=OneOf(ACTIONS))
    version = fields.Integer(
        strict=True,
        validate=Range(min=1, max=2**31 - 1),
        metadata={"description": "Of the issue as it was read. Left out by a phone offline."},
    )
    note = TextField(load_default="", validate=Length(max=4000))
    unit_id = fields.UUID()
    owner_id = fields.UUID()
    due_on = DayField(metadata={"description": "The last day, included."})
    due_kinds = fields.List(
        fields.String(validate=OneOf(DUE_KINDS)),
        load_default=["fixed_term"],
        validate=Length(min=1, max=3),
    )
    requirement = TextField(validate=Length(max=4000))
    look_back_on = DayField()
    result = fields.String(validate=OneOf(RESULTS))
    into_id = fields.UUID(metadata={"description": "The issue that this one is merged into."})
    photos = PhotosField()

    @post_load
    def _freeze(self, body: dict[str, Any], **_: Any) -> dict[str, Any]:
        lists = {name: tuple(body[name]) for name in ("photos", "due_kinds")}
        return {**body, **lists}


class ActionReportSchema(ActionFactsSchema):
    """An action as one record of a batch."""

    issue_id = fields.UUID(required=True)


class ActionRequestSchema(ActionFactsSchema):
    """An action as a single request."""

    id = Uuid7Field(required=True)


class ActionIdSchema(Schema):
    """The id that whoever acts gave to the action."""

    class Meta:
        unknown = EXCLUDE

    id = Uuid7Field(required=True)


class SeenSchema(Schema):
    """Somebody who has seen an urgent report (已看到)."""

    person = fields.Nested(PersonRefSchema)
    at = MomentField()


class IssueSchema(Schema):
    """A problem in the ledger, as it stands."""

    id = fields.UUID()
    number = fields.String()
    source = fields.String()
    category = fields.String()
    severity = fields.String()
    description = fields.String()
    enterprise = fields.Nested(EnterpriseRefSchema, allow_none=True)
    grid = fields.Nested(
        GridRefSchema, metadata={"description": "The grid of the place at that time."}
    )
    town = fields.Nested(GridRefSchema, allow_none=True)
    place = fields.String(allow_none=True)
    location = PointField(allow_none=True)
    state = fields.String()
    version = fields.Integer()
    occurred_at = MomentField()
    due_at = MomentField(
        allow_none=True, metadata={"description": "The end of the last local day, exclusive."}
    )
    due_kinds = fields.List(fields.String())
    lead_unit = fields.Nested(PersonRefSchema, allow_none=True)
    owner = fields.Nested(PersonRefSchema, allow_none=True)
    relapses = fields.Integer()
    urgent = fields.Boolean()
    seen = fields.List(fields.Nested(SeenSchema))
    look_back_on = fields.Date(allow_none=True)
    overdue = fields.Boolean()
    requirement = fields.String(allow_none=True)
    found_by = fields.Nested(PersonRefSchema)
    inspection_id = fields.UUID(allow_none=True)
    assigned_at = MomentField(allow_none=True)
    submitted_at = MomentField(allow_none=True)
    accepted_at = MomentField(allow_none=True)
    closed_at = MomentField(allow_none=True)
    looked_back_at = MomentField(allow_none=True)


class IssuePhotoSchema(Schema):
    """A declared photo, and whether its bytes are here."""

    sha256 = fields.String()
    purpose = fields.String()
    source = fields.String(allow_none=True)
    taken_at = MomentField()
    position = PointField(allow_none=True)
    accuracy_m = fields.Float(allow_none=True)
    original_sha256 = fields.String(allow_none=True, metadata={"description": ORIGINAL})
    arrived = fields.Boolean()


class IssueActionSchema(Schema):
    """A step that an issue took."""

    id = fields.UUID()
    action = fields.String()
    from_state = fields.String()
    to_state = fields.String()
    note = fields.String()
    facts = fields.Dict()
    occurred_at = MomentField()
    person = fields.Nested(PersonRefSchema)
    photos = fields.List(fields.Nested(IssuePhotoSchema))


class GateSchema(Schema):
    """One thing that closing needs."""

    key = fields.String()
    met = fields.Boolean()
    text_key = fields.String()


class IssueHolderSchema(Schema):
    """Who held a role for a grid when the issue was found; no person is a vacancy."""

    grid = fields.Nested(GridRefSchema)
    role = fields.String()
    seat = fields.Integer()
    person = fields.Nested(PersonRefSchema, allow_none=True)
    since = MomentField(data_key="from", attribute="from", allow_none=True)


class WholeIssueSchema(Schema):
    """An issue with all that happened to it, and what the caller can do about it now."""

    issue = fields.Nested(IssueSchema)
    actions = fields.List(fields.Nested(IssueActionSchema))
    photos = fields.List(fields.Nested(IssuePhotoSchema))
    allowed = fields.List(fields.String())
    gates = fields.List(fields.Nested(GateSchema))
    responsible_then = fields.List(fields.Nested(IssueHolderSchema))


class ReportedSchema(Schema):
    """An issue in the ledger, and the proof that it is there."""

    issue = fields.Nested(IssueSchema)
    receipt = fields.Dict()


class ActedSchema(Schema):
    """An action, the issue as it stands after it, and the proof."""

    issue = fields.Nested(IssueSchema)
    action = fields.Nested(IssueActionSchema)
    receipt = fields.Dict()


class IssuesQuerySchema(Schema):
    """Which issues to list, the latest found first."""

    state = fields.String(validate=OneOf(STATES))
    grid = fields.UUID(metadata={"description": "With the grids below it."})
    enterprise = fields.UUID()
    owner = fields.String(validate=OneOf(["me"]))
    overdue = fields.Boolean()
    preset = fields.String(validate=OneOf(PRESETS))
    q = TextField(validate=Length(max=100))
    limit = fields.Integer(load_default=100, validate=Range(min=1, max=500))
    after = fields.UUID()


class IssuesSchema(Schema):
    """A page of the ledger, and how many issues wait for what."""

    items = fields.List(fields.Nested(IssueSchema))
    next = fields.String(allow_none=True)
    counts = fields.Dict(keys=fields.String(), values=fields.Integer())
    as_of = MomentField()
