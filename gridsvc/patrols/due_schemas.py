"""What the server tells of what is due, and of what is owed."""

from marshmallow import Schema, fields

from gridsvc.patrols.schemas import DayQuerySchema
from gridsvc.wire import (
    EnterpriseRefSchema,
    GridRefSchema,
    MomentField,
    PersonRefSchema,
    PointField,
)


class DueQuerySchema(DayQuerySchema):
    """Which grid, with all below it, and which day."""

    grid = fields.UUID(required=True)


class DueEnterpriseSchema(EnterpriseRefSchema):
    """What an officer needs to find the place."""

    kind = fields.String()
    supervision_class = fields.String()
    location = PointField()
    address = fields.String()
    contact_name = fields.String(allow_none=True)
    contact_phone = fields.String(allow_none=True)


class RuleSetRefSchema(Schema):
    """A rule set, as others name it."""

    id = fields.UUID()
    name = fields.String()


class AskSchema(Schema):
    """A visit that a duty asks for: of the village (3), the town (2) or the county (1)."""

    level = fields.Integer()
    night = fields.Boolean(metadata={"description": "Only a visit at night makes it."})
    due_on = fields.Date()
    owed_days = fields.Integer(metadata={"description": "0: due today."})
    rule_set = fields.Nested(RuleSetRefSchema)


class MadeAskSchema(AskSchema):
    made = fields.Boolean()


class ComingSchema(AskSchema):
    """A visit that the running week or half-month asks for later on."""

    enterprise = fields.Nested(EnterpriseRefSchema)


class RoundDueSchema(Schema):
    """How often a grid is to be patrolled in a day, week or half-month, and on how many it was."""

    night = fields.Boolean()
    times = fields.Integer()
    per = fields.String()
    first_day = fields.Date()
    last_day = fields.Date()
    made = fields.Integer()


class DueVisitSchema(Schema):
    """A visit that is due. `last_visit_at` may be of today; then it is made."""

    enterprise = fields.Nested(DueEnterpriseSchema)
    due_on = fields.Date()
    owed_days = fields.Integer(metadata={"description": "0: due today."})
    last_visit_at = MomentField(allow_none=True)
    last_result = fields.String(allow_none=True)
    visited_today = fields.Boolean(metadata={"description": "Nothing of `asks` is left."})
    attention = fields.Boolean(metadata={"description": "Marked for attention on that day."})
    asks = fields.List(fields.Nested(MadeAskSchema))
    checklist_id = fields.UUID(allow_none=True)


class DueVisitsSchema(Schema):
    """What is due in a grid on a day, the longest owed first."""

    grid = fields.Nested(GridRefSchema)
    date = fields.Date()
    is_patrol_day = fields.Boolean()
    items = fields.List(fields.Nested(DueVisitSchema))
    visited = fields.Integer()
    left = fields.Integer()
    coming = fields.List(fields.Nested(ComingSchema))
    rounds = fields.List(fields.Nested(RoundDueSchema))
    rule_set = fields.String()
    as_of = MomentField()


class DebtQuerySchema(Schema):
    """Which grid, with all below it, and when; now if no moment is given."""

    grid = fields.UUID(required=True)
    at = MomentField()


class DebtSchema(Schema):
    """A visit that was due and is not made, or a round of a grid, and who owes it.

    `vacant`: nobody was the responsible person of the enterprise, so its grid's head owes it;
    of a round, the grid had no head.
    """

    what = fields.String(metadata={"description": "visit, or round: then of no enterprise."})
    enterprise = fields.Nested(EnterpriseRefSchema, allow_none=True)
    grid = fields.Nested(GridRefSchema)
    owed_since = fields.Date()
    owed_days = fields.Integer()
    level = fields.Integer(metadata={"description": "Whose duty it is: 3 village, 2 town."})
    night = fields.Boolean()
    rule_set = fields.Nested(RuleSetRefSchema)
    owner = fields.Nested(PersonRefSchema, allow_none=True)
    vacant = fields.Boolean()
    officer = fields.Nested(
        PersonRefSchema, allow_none=True, metadata={"description": "Whose turn it is, if named."}
    )


class DebtsSchema(Schema):
    """The visits and rounds that are owed, the longest first."""

    items = fields.List(fields.Nested(DebtSchema))
    as_of = MomentField()
