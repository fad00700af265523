"""Debts in sum, and previews, on the wire."""

from marshmallow import Schema, fields
from marshmallow.validate import Length, OneOf, Range

from gridsvc.coverage.rules import BY
from gridsvc.patrols.due_schemas import DebtQuerySchema, DebtSchema
from gridsvc.wire import GridRefSchema, MomentField, PersonRefSchema, TextField


class DebtTotalsQuerySchema(DebtQuerySchema):
    """Which grid, with all below it, when, and by whom or what to add up."""

    by = fields.String(load_default="owner", validate=OneOf(BY))


class DebtTotalSchema(Schema):
    """How much somebody owes. `key` opens the visits behind the number (/coverage-debt?by&key)."""

    key = fields.String()
    person = fields.Nested(PersonRefSchema, allow_none=True)
    grid = fields.Nested(GridRefSchema, allow_none=True)
    vacant = fields.Boolean(
        metadata={"description": "Nobody answers for the enterprises; `person` heads the grid."}
    )
    count = fields.Integer()
    enterprises = fields.Integer()
    rounds = fields.Integer(metadata={"description": "How many of them are rounds of grids."})
    owed_days = fields.Integer(metadata={"description": "Of all together."})
    longest_days = fields.Integer()
    since = fields.Date()


class DebtTotalsSchema(Schema):
    """Who owes how many visits, the longest owed first."""

    items = fields.List(fields.Nested(DebtTotalSchema))
    count = fields.Integer(metadata={"description": "All visits and rounds that are owed."})
    by = fields.String()
    as_of = MomentField()


class DebtRecordsQuerySchema(DebtTotalsQuerySchema):
    """Which line of the totals, by its `key`."""

    key = TextField(required=True, validate=Length(min=1, max=60))
    skip = fields.Integer(load_default=0, validate=Range(min=0, max=1_000_000))
    limit = fields.Integer(load_default=200, validate=Range(min=1, max=500))


class DebtRecordsSchema(Schema):
    """A page of the visits under a line; `count` is that of all."""

    items = fields.List(fields.Nested(DebtSchema))
    count = fields.Integer()
    as_of = MomentField()


class PreviewCountsSchema(Schema):
    """`due` and `owed` are of the first day; `asked`: visits in the four weeks from it on."""

    due = fields.Integer()
    owed = fields.Integer()
    asked = fields.Integer()


class PreviewClassSchema(Schema):
    key = fields.String(metadata={"description": "The supervision class."})
    before = fields.Nested(PreviewCountsSchema)
    after = fields.Nested(PreviewCountsSchema)


class PreviewGridSchema(Schema):
    grid = fields.Nested(GridRefSchema)
    before = fields.Nested(PreviewCountsSchema)
    after = fields.Nested(PreviewCountsSchema)


class PreviewOwnerSchema(Schema):
    """For how many visits, due or owed on the first day, somebody answers."""

    owner = fields.Nested(PersonRefSchema, allow_none=True)
    vacant = fields.Boolean()
    before = fields.Integer()
    after = fields.Integer()


class PreviewListSchema(Schema):
    """How many visits, and the first of them."""

    count = fields.Integer()
    items = fields.List(fields.Nested(DebtSchema))


class LaterRulesSchema(Schema):
    name = fields.String()
    in_force_from = MomentField()


class PreviewSchema(Schema):
    """What a rule set would change, from the first day that it judges on.

    Up to that day every visit is taken to be made when it is due; what is owed now, to be
    owed still. `later`: rule sets that begin afterwards, and end it.
    """

    name = fields.String()
    in_force_from = MomentField()
    first_day = fields.Date()
    weeks = fields.Integer()
    objects = fields.Integer()
    later = fields.List(fields.Nested(LaterRulesSchema))
    by_class = fields.List(fields.Nested(PreviewClassSchema))
    by_grid = fields.List(fields.Nested(PreviewGridSchema))
    owners = fields.List(fields.Nested(PreviewOwnerSchema))
    becomes_due = fields.Nested(PreviewListSchema)
    no_longer_due = fields.Nested(PreviewListSchema)
    as_of = MomentField()
