"""The roster, on the wire."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from marshmallow import Schema, ValidationError, fields, validates_schema
from marshmallow.validate import Length, Range

from gridsvc.roster.responsibility import ANSWERING
from gridsvc.weeks import local_day, midnight
from gridsvc.wire import GridRefSchema, MomentField, PersonRefSchema, TextField


class SubjectField(fields.Field[tuple[str, UUID]]):
    """What somebody answers for: grid:ID, enterprise:ID or unit:ID."""

    default_error_messages = {"invalid": "Not grid:ID, enterprise:ID or unit:ID."}

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> tuple[str, UUID]:
        kind, _, id = str(value).partition(":")
        try:
            subject = kind, UUID(id)
        except ValueError:
            raise self.make_error("invalid") from None
        if kind not in ANSWERING:
            raise self.make_error("invalid")
        return subject


class DayOrMomentField(MomentField):
    """A moment, or a local day such as 2026-03-01, which means its beginning."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        try:
            return _day(value)
        except ValueError:
            return super()._deserialize(value, attr, data, **kwargs)


def _day(value: Any) -> date:
    if not isinstance(value, str) or len(value) != len("2026-03-01"):
        raise ValueError(value)
    return date.fromisoformat(value)


class ResponsibilityQuerySchema(Schema):
    subject = SubjectField(required=True, metadata={"type": "string", "example": "grid:ID"})
    at = MomentField(load_default=None)


class SubjectSchema(Schema):
    """What a duty is for."""

    kind = fields.String()
    id = fields.UUID()
    name = fields.String()
    code = fields.String()
    level = fields.Integer(allow_none=True)


class ResponsibleSubjectSchema(Schema):
    kind = fields.String()
    id = fields.UUID()
    name = fields.String()


class LinkSchema(Schema):
    """Somebody who answered for it, or a seat that was vacant. `grid` is null for its own."""

    grid = fields.Nested(GridRefSchema, allow_none=True)
    role = fields.String()
    seat = fields.Integer()
    person = fields.Nested(PersonRefSchema, allow_none=True)
    since = MomentField(data_key="from", allow_none=True)
    until = MomentField(allow_none=True)
    vacant = fields.Boolean()


class ResponsibilitySchema(Schema):
    """Everybody who answered for a subject at a moment, the nearest first."""

    subject = fields.Nested(ResponsibleSubjectSchema)
    at = MomentField()
    chain = fields.List(fields.Nested(LinkSchema))


class DutiesQuerySchema(Schema):
    """Duties for a subject, or of a person, or both, at a moment (now)."""

    subject_id = fields.UUID(load_default=None)
    person_id = fields.UUID(load_default=None)
    at = MomentField(load_default=None)

    @validates_schema
    def _need_one(self, data: dict[str, Any], **_: Any) -> None:
        if not (data.get("subject_id") or data.get("person_id")):
            raise ValidationError("Name a subject_id, a person_id, or both.", "subject_id")


class DutySchema(Schema):
    """A person holds a role for a subject, [from, until)."""

    id = fields.UUID()
    role = fields.String()
    seat = fields.Integer()
    person = fields.Nested(PersonRefSchema)
    subject = fields.Nested(SubjectSchema)
    since = MomentField(data_key="from", allow_none=True)
    until = MomentField(allow_none=True)


class DutiesSchema(Schema):
    items = fields.List(fields.Nested(DutySchema))
    as_of = MomentField()


class HandOverSchema(Schema):
    """Who takes over, from when. A day means its beginning; today, and no `at`, mean now."""

    duty_id = fields.UUID(required=True)
    to_person_id = fields.UUID(required=True)
    at = DayOrMomentField(load_default=None)
    reason = TextField(required=True, validate=Length(min=1, max=500))


class HandedOverSchema(Schema):
    """The duty that ended and the one that began."""

    ended = fields.Nested(DutySchema)
    begun = fields.Nested(DutySchema)


class LeaveReportSchema(Schema):
    """Days off, the last included, and who stands in."""

    person_id = fields.UUID(required=True)
    substitute_id = fields.UUID(load_default=None, allow_none=True)
    first_day = fields.Date(required=True)
    last_day = fields.Date(required=True)
    reason = TextField(required=True, validate=Length(min=1, max=500))


class LeaveSchema(Schema):
    id = fields.UUID()
    person_id = fields.UUID()
    substitute_id = fields.UUID(allow_none=True)
    first_day = fields.Date()
    last_day = fields.Date()
    reason = fields.String()
    recorded_at = MomentField()


class PeopleQuerySchema(Schema):
    q = TextField(load_default="", validate=Length(max=100))
    limit = fields.Integer(load_default=50, validate=Range(1, 200))
    after = TextField(load_default=None, validate=Length(max=200))


class PersonDutySchema(DutySchema):
    class Meta:
        exclude = ("person",)


class PersonSchema(Schema):
    """Somebody, with the duties held now."""

    id = fields.UUID()
    login = fields.String()
    name = fields.String()
    roles = fields.List(fields.Nested(PersonDutySchema))


class PeopleSchema(Schema):
    items = fields.List(fields.Nested(PersonSchema))
    next = fields.String(allow_none=True)


class UnitSchema(Schema):
    """A responsible unit: a bureau, a town, a department."""

    id = fields.UUID()
    code = fields.String()
    name = fields.String()
    kind = fields.String()
    parent_id = fields.UUID(allow_none=True)


class UnitsSchema(Schema):
    items = fields.List(fields.Nested(UnitSchema))


def moment_of(at: datetime | date | None, now: datetime) -> datetime:
    """Return when a change of duties is to begin. Today means now: its beginning is past."""
    if isinstance(at, datetime):
        return at
    return now if at is None or at == local_day(now) else midnight(at)
