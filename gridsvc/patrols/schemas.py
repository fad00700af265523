"""What the server tells of rounds, of what is due and of what is owed."""

from marshmallow import Schema, fields
from marshmallow.validate import Length, Range, Regexp

from gridsvc.patrols.reports import TalliedSchema
from gridsvc.wire import (
    DayField,
    EnterpriseRefSchema,
    GridRefSchema,
    MomentField,
    PersonRefSchema,
    PointField,
    TextField,
)


class PatrolSchema(Schema):
    """The start of a round, as entered."""

    id = fields.UUID()
    grid_id = fields.UUID()
    officer_id = fields.UUID(attribute="sender_id")
    companions = fields.List(fields.UUID())
    occurred_at = MomentField()
    received_at = MomentField()


class PatrolEndSchema(Schema):
    """The end of a round, as entered."""

    id = fields.UUID()
    patrol_id = fields.UUID()
    facts = fields.Nested(TalliedSchema)
    occurred_at = MomentField()
    received_at = MomentField()


class DayCloseSchema(Schema):
    """The close of a day, as entered."""

    id = fields.UUID()
    grid_id = fields.UUID()
    officer_id = fields.UUID(attribute="sender_id")
    day = fields.Date()
    visits = fields.Integer()
    problems = fields.Integer()
    remark = fields.String(allow_none=True)
    unvisited = fields.List(fields.Dict())
    occurred_at = MomentField()
    received_at = MomentField()


class StartedSchema(Schema):
    """A patrol that has begun, and the proof."""

    patrol = fields.Nested(PatrolSchema)
    receipt = fields.Dict()


class EndedSchema(Schema):
    """A patrol that has ended, and the proof."""

    patrol_end = fields.Nested(PatrolEndSchema)
    receipt = fields.Dict()


class ClosedSchema(Schema):
    """A day that is closed, and the proof."""

    day_close = fields.Nested(DayCloseSchema)
    receipt = fields.Dict()


class TrackChunkSchema(Schema):
    """A part of a track without its places: how many fixes it has, and how many were left out."""

    seq = fields.Integer()
    points = fields.Integer()
    dropped = fields.Integer()


class HandedInSchema(Schema):
    """A part of a track that is entered."""

    track = fields.Nested(TrackChunkSchema)


class TrackQuerySchema(Schema):
    """What for; needed from everybody but who walked it, and noted."""

    purpose = TextField(load_default=None, validate=Length(2, 500))


class TrackSchema(Schema):
    """A whole track: [longitude, latitude, Unix seconds] in order of time."""

    patrol_id = fields.UUID()
    crs = fields.String()
    chunks = fields.List(fields.Nested(TrackChunkSchema))
    points = fields.List(fields.List(fields.Float()))


class GapSchema(Schema):
    """A stretch of time."""

    since = MomentField()
    until = MomentField()


class MeasuredSchema(Schema):
    """What the server measures on a track: so far, or for good once it is complete.

    What is only known in the end (`covered_pct`, `passed`) is left out before.
    """

    points = fields.Integer()
    dropped = fields.Integer(
        metadata={"description": "Fixes outside the patrol or in a pause: never kept."}
    )
    distance_m = fields.Float()
    duration_s = fields.Integer(metadata={"description": "Without the pauses."})
    stops = fields.List(fields.Nested(GapSchema))
    gaps = fields.List(fields.Nested(GapSchema))
    pauses = fields.List(fields.Nested(GapSchema))
    covered_pct = fields.Float(
        allow_none=True, metadata={"description": "Of the area of the grid, as seen on the way."}
    )
    passed = fields.Integer(metadata={"description": "Enterprises within the site radius."})
    is_complete = fields.Boolean(
        metadata={"description": "As many fixes came as the phone had counted."}
    )


class RoundSchema(Schema):
    """A whole round. `end` is null while it is open; its facts are the phone's own count."""

    id = fields.UUID()
    grid = fields.Nested(GridRefSchema)
    officer = fields.Nested(PersonRefSchema)
    occurred_at = MomentField()
    received_at = MomentField()
    end = fields.Nested(PatrolEndSchema, allow_none=True)
    track = fields.Nested(MeasuredSchema)


class RoundsQuerySchema(Schema):
    """Which patrols to list: of a grid and all below it, by when they began."""

    grid = fields.UUID()
    since = MomentField()
    until = MomentField()
    limit = fields.Integer(load_default=100, validate=Range(min=1, max=200))
    after = fields.UUID()


class RoundsSchema(Schema):
    """A page of patrols, the latest first."""

    items = fields.List(fields.Nested(RoundSchema))
    next = fields.String(allow_none=True)
    as_of = MomentField()


class NamedDayCloseSchema(DayCloseSchema):
    """A day close with the names of its grid and officer."""

    grid = fields.Nested(GridRefSchema)
    officer = fields.Nested(PersonRefSchema)

    class Meta:
        exclude = ("grid_id", "officer_id")


class DayClosesQuerySchema(Schema):
    """Which day closes to list: of a grid and all below it, both days included."""

    grid = fields.UUID()
    since = DayField(data_key="from")
    until = DayField()
    limit = fields.Integer(load_default=100, validate=Range(min=1, max=500))
    after = fields.UUID()


class DayClosesSchema(Schema):
    """A page of day closes, the latest made first."""

    items = fields.List(fields.Nested(NamedDayCloseSchema))
    next = fields.String(allow_none=True)


class DayQuerySchema(Schema):
    """Which day; today if none is given."""

    date = DayField()


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
