"""What the server tells of rounds: patrols, their tracks, and how the day was closed."""

from marshmallow import Schema, fields
from marshmallow.validate import Length, Range

from gridsvc.patrols.reports import TalliedSchema
from gridsvc.wire import (
    DayField,
    GridRefSchema,
    MomentField,
    PersonRefSchema,
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
