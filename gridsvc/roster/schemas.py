"""The roster, on the wire."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from marshmallow import Schema, ValidationError, fields, validates_schema
from marshmallow.validate import Length, OneOf, Range

from gridsvc.accountability.rules import Role
from gridsvc.roster.responsibility import ANSWERING
from gridsvc.roster.rules import MOST_SEATS
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
    recorded_at = MomentField(allow_none=True)
    end_recorded_at = MomentField(allow_none=True)
    back_dated = fields.Boolean()


class DutiesSchema(Schema):
    items = fields.List(fields.Nested(DutySchema))
    as_of = MomentField()


class AppointmentSchema(Schema):
    """Who is to hold which duty, from when. A day means its beginning; no `from` means now."""

    person_id = fields.UUID(required=True)
    role = fields.String(required=True, validate=OneOf(list(Role)))
    subject = SubjectField(required=True, metadata={"type": "string", "example": "grid:ID"})
    seat = fields.Integer(load_default=1, validate=Range(1, MOST_SEATS))
    since = DayOrMomentField(load_default=None, data_key="from")
    until = DayOrMomentField(load_default=None, allow_none=True)
    reason = TextField(load_default="", validate=Length(max=500))


class EndSchema(Schema):
    """When a duty ends, and why. A day means its beginning; today, and no `at`, mean now."""

    at = DayOrMomentField(load_default=None)
    reason = TextField(load_default="", validate=Length(max=500))


class GapsQuerySchema(Schema):
    at = MomentField(load_default=None)
    limit = fields.Integer(load_default=200, validate=Range(1, 1000))


class VacancySchema(Schema):
    """A seat that nobody holds. `from` is null if nobody ever did, `until` if nobody will."""

    subject = fields.Nested(SubjectSchema)
    role = fields.String()
    seat = fields.Integer()
    since = MomentField(data_key="from", allow_none=True)
    until = MomentField(allow_none=True)


class TooFewSchema(Schema):
    """A grid with fewer officers than the rule set asks for."""

    grid = fields.Nested(GridRefSchema)
    officers = fields.Integer()
    least = fields.Integer()


class GapCountsSchema(Schema):
    vacant_heads = fields.Integer()
    too_few_officers = fields.Integer()
    without_leader = fields.Integer()
    without_person = fields.Integer()


class GapsSchema(Schema):
    """Where nobody answers, within the caller's duties. The counts tell of all of each list."""

    vacant_heads = fields.List(fields.Nested(VacancySchema))
    too_few_officers = fields.List(fields.Nested(TooFewSchema))
    without_leader = fields.List(fields.Nested(VacancySchema))
    without_person = fields.List(fields.Nested(VacancySchema))
    counts = fields.Nested(GapCountsSchema)
    least_officers = fields.Integer()
    at = MomentField()
    as_of = MomentField()


class BriefHandoverSchema(Schema):
    id = fields.UUID()
    reason = fields.String()
    at = MomentField()
    recorded_at = MomentField()
    accepted_at = MomentField(allow_none=True)


class TermSchema(DutySchema):
    """A duty with how it began, and the changes of it that the caller may enter."""

    handover = fields.Nested(BriefHandoverSchema, allow_none=True)
    allowed = fields.List(fields.String())


class TimelineQuerySchema(Schema):
    """Of a subject, `deep` with what lies right below it, or of a person."""

    subject_id = fields.UUID()
    person_id = fields.UUID()
    deep = fields.Boolean(load_default=False)

    @validates_schema
    def _need_one(self, data: dict[str, Any], **_: Any) -> None:
        if ("subject_id" in data) == ("person_id" in data):
            raise ValidationError("Name a subject_id or a person_id.", "subject_id")


class TimelineSchema(Schema):
    """Duties through time, the earliest first; of a subject with the vacancies of its seats.

    `places` are the subject and what lies below it, `allowed` what the caller may enter there.
    """

    subject = fields.Nested(SubjectSchema, allow_none=True)
    person = fields.Nested(PersonRefSchema, allow_none=True)
    places = fields.List(fields.Nested(SubjectSchema))
    items = fields.List(fields.Nested(TermSchema))
    vacancies = fields.List(fields.Nested(VacancySchema))
    allowed = fields.List(fields.String())
    as_of = MomentField()


class PeopleQuerySchema(Schema):
    q = TextField(load_default="", validate=Length(max=100))
    limit = fields.Integer(load_default=50, validate=Range(1, 200))
    after = fields.UUID(load_default=None)


class PersonDutySchema(DutySchema):
    class Meta:
        exclude = ("person",)


class PersonSchema(Schema):
    """Somebody, with the duties held now. The login for those who may read it."""

    id = fields.UUID()
    login = fields.String(allow_none=True)
    name = fields.String()
    roles = fields.List(fields.Nested(PersonDutySchema))


class PeopleSchema(Schema):
    items = fields.List(fields.Nested(PersonSchema))
    next = fields.UUID(allow_none=True)


class ExportQuerySchema(Schema):
    """What the file is wanted for: it names telephones."""

    purpose = TextField(required=True, validate=Length(2, 500))


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
