"""The first page on the wire."""

from marshmallow import Schema, fields
from marshmallow.validate import OneOf

from gridsvc.issues.schemas import SeenSchema
from gridsvc.roster.schemas import SubjectSchema
from gridsvc.wire import EnterpriseRefSchema, GridRefSchema, MomentField, PersonRefSchema

KINDS = (
    "issue", "weekly_summary", "dispatch_order", "monthly_dispatch", "quarantined", "conflict",
    "handover",
)  # fmt: skip


class UnitRefSchema(Schema):
    id = fields.UUID()
    name = fields.String()


class WaitingSchema(Schema):
    """Something that wants a deed. Which of the other members are there depends on its kind."""

    kind = fields.String(validate=OneOf(KINDS))
    deed = fields.String(metadata={"description": "The permission that the next step asks for."})
    id = fields.UUID(allow_none=True)
    state = fields.String()
    due_at = MomentField(allow_none=True)
    overdue = fields.Boolean()
    urgent = fields.Boolean(metadata={"description": "紧急上报: it stands on top."})
    found_at = MomentField()
    found_by = fields.Nested(PersonRefSchema)
    seen = fields.List(fields.Nested(SeenSchema))
    number = fields.String()
    title = fields.String(metadata={"description": "A description or requirement, as given."})
    week = fields.String()
    month = fields.String()
    reason = fields.String(allow_none=True, metadata={"description": "Why it was returned."})
    count = fields.Integer()
    grid = fields.Nested(GridRefSchema)
    town = fields.Nested(GridRefSchema, allow_none=True)
    enterprise = fields.Nested(EnterpriseRefSchema, allow_none=True)
    owner = fields.Nested(PersonRefSchema, allow_none=True)
    lead_unit = fields.Nested(UnitRefSchema, allow_none=True)
    role = fields.String()
    subject = fields.Nested(SubjectSchema)
    person = fields.Nested(PersonRefSchema, metadata={"description": "Who hands it over."})
    duty_id = fields.UUID(metadata={"description": "The duty that begins."})


class PatrolledSchema(Schema):
    """Of the grids that were due on a day, those with a patrol or a day close."""

    day = fields.Date()
    due = fields.Integer()
    patrolled = fields.Integer()


class TownWeekSchema(Schema):
    grid = fields.Nested(GridRefSchema)
    days = fields.List(fields.Nested(PatrolledSchema))


class WeekSoFarSchema(Schema):
    """The running week, Monday to today."""

    week = fields.String()
    towns = fields.List(fields.Nested(TownWeekSchema))


class CountsSchema(Schema):
    waiting = fields.Integer()
    others = fields.Integer()


class HomeSchema(Schema):
    """What waits for the caller, by deadline, and what of theirs waits for somebody else."""

    waiting = fields.List(fields.Nested(WaitingSchema))
    others = fields.List(fields.Nested(WaitingSchema))
    counts = fields.Nested(CountsSchema)
    week_so_far = fields.Nested(WeekSoFarSchema)
    as_of = MomentField()
