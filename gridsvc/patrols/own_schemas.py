"""What the server tells of somebody's own day and month, and of who else is about."""

from marshmallow import Schema, fields
from marshmallow.validate import Regexp

from gridsvc.patrols.schemas import DayCloseSchema, RoundSchema
from gridsvc.wire import (
    EnterpriseRefSchema,
    GridRefSchema,
    MomentField,
    PersonRefSchema,
    TextField,
)


class MonthQuerySchema(Schema):
    """Which month, such as 2026-11; the running one if none is given."""

    month = TextField(validate=Regexp(r"\A20[0-9]{2}-(0[1-9]|1[0-2])\Z"))
    receipts = fields.Boolean(load_default=False)


class MonthDaySchema(Schema):
    """A day on which the caller did something."""

    day = fields.Date()
    patrols = fields.Integer()
    distance_m = fields.Float()
    visits = fields.Integer()
    problems = fields.Integer(metadata={"description": "Visits that found a problem."})
    closed = fields.Boolean()


class MonthPatrolSchema(Schema):
    """A patrol that the caller made, or walked along on (两人同行)."""

    id = fields.UUID()
    day = fields.Date()
    occurred_at = MomentField()
    grid = fields.Nested(GridRefSchema)
    officer = fields.Nested(PersonRefSchema)
    companions = fields.List(fields.Nested(PersonRefSchema))
    distance_m = fields.Float()


class MonthVisitSchema(Schema):
    """A visit that the caller made."""

    id = fields.UUID()
    day = fields.Date()
    occurred_at = MomentField()
    enterprise = fields.Nested(EnterpriseRefSchema)
    result = fields.String()


class OwnMonthSchema(Schema):
    """The caller's month."""

    month = fields.String()
    days = fields.List(fields.Nested(MonthDaySchema))
    patrols = fields.List(fields.Nested(MonthPatrolSchema))
    visits = fields.List(fields.Nested(MonthVisitSchema))
    receipts = fields.List(
        fields.Dict(), metadata={"description": "Of the caller's own patrols and visits, if asked."}
    )
    as_of = MomentField()


class ColleagueSchema(Schema):
    """A duty for one of the caller's grids, or for one above, and who holds it."""

    id = fields.UUID()
    person = fields.Nested(PersonRefSchema)
    initials = fields.String(metadata={"description": "Of the name in pinyin, each way to read."})
    role = fields.String()
    grid = fields.Nested(GridRefSchema)
    may_walk = fields.Boolean(metadata={"description": "May patrol there, and so walk along."})
    may_inspect = fields.Boolean(metadata={"description": "May inspect formally there."})
    certificate_no = fields.String(allow_none=True)


class ColleaguesSchema(Schema):
    """Who else is about in the caller's grids."""

    items = fields.List(fields.Nested(ColleagueSchema))
    as_of = MomentField()


class OwnGridSchema(Schema):
    """The caller's day in a grid; `day_close` is null while it is not closed."""

    grid = fields.Nested(GridRefSchema)
    visits = fields.Integer()
    problems = fields.Integer()
    day_close = fields.Nested(DayCloseSchema, allow_none=True)


class OwnDaySchema(Schema):
    """The caller's day."""

    date = fields.Date()
    patrols = fields.List(fields.Nested(RoundSchema))
    visits = fields.Integer()
    problems = fields.Integer()
    grids = fields.List(fields.Nested(OwnGridSchema))
    as_of = MomentField()
