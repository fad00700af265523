"""Edits on the wire."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validates_schema
from marshmallow.validate import Length, OneOf, Range

from gridsvc.edits.rules import EDITABLE
from gridsvc.wire import (
    GridRefSchema,
    MomentField,
    PersonRefSchema,
    ReportSchema,
    TextField,
)

FIELDS = sorted({name for table in EDITABLE.values() for name in table})
NAME = fields.String(validate=OneOf(FIELDS))


class ValueField(TextField):
    """Text, or null for none."""

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_none=True, validate=Length(max=4000), **options)


class ChangeSchema(Schema):
    """One field: what its editor had read, and what it is to be."""

    read = ValueField(required=True, data_key="from")
    wanted = ValueField(required=True, data_key="to")

    @post_load
    def _as_sent(self, body: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {"from": body["read"], "to": body["wanted"]}


class EditReportSchema(ReportSchema):
    """What somebody wants changed of an issue or an enterprise, field by field."""

    subject_kind = fields.String(required=True, validate=OneOf(EDITABLE))
    subject_id = fields.UUID(required=True)
    base_version = fields.Integer(
        required=True,
        strict=True,
        validate=Range(min=1, max=2**31 - 1),
        metadata={"description": "The version of the thing as it was read."},
    )
    changes = fields.Dict(
        keys=NAME, values=fields.Nested(ChangeSchema), required=True, validate=Length(min=1)
    )

    @validates_schema
    def _known(self, body: dict[str, Any], **_: Any) -> None:
        strange = sorted(set(body["changes"]) - set(EDITABLE[body["subject_kind"]]))
        if strange:
            raise ValidationError(f"Not to be changed: {', '.join(strange)}.", "changes")


class EditSchema(Schema):
    """What came of an edit."""

    id = fields.UUID()
    subject_kind = fields.String()
    subject_id = fields.UUID()
    state = fields.String(
        metadata={"description": "merged; soft: something else had changed; hard; settled."}
    )
    applied = fields.List(fields.String())
    overlaps = fields.Dict()
    occurred_at = MomentField()
    received_at = MomentField()


class EditedSchema(Schema):
    edit = fields.Nested(EditSchema)
    receipt = fields.Dict()


class OverlapSchema(Schema):
    """A field that two people changed: as it was read, as it stands, as it was sent."""

    field = fields.String()
    read = fields.String(data_key="from", allow_none=True)
    stands = fields.String(allow_none=True)
    sent = fields.String(data_key="to", allow_none=True)


class OwnOverlapSchema(OverlapSchema):
    """Likewise; what the chief chose, if they did: `theirs`, which stood, or `to`."""

    choice = fields.String(allow_none=True, validate=OneOf(("theirs", "to")))


class OwnEditSchema(Schema):
    """An edit of the caller's, and what came of it."""

    id = fields.UUID()
    subject_id = fields.UUID()
    state = fields.String(validate=OneOf(("merged", "soft", "hard", "settled")))
    applied = fields.List(fields.String())
    overlaps = fields.List(fields.Nested(OwnOverlapSchema))
    settled_at = MomentField(allow_none=True)


class OwnEditsSchema(Schema):
    """The caller's latest edits."""

    items = fields.List(fields.Nested(OwnEditSchema))
    as_of = MomentField()


class SubjectRefSchema(Schema):
    """The thing that two people changed."""

    id = fields.UUID()
    kind = fields.String()
    name = fields.String()


class ConflictSchema(Schema):
    """An edit that met another one."""

    id = fields.UUID()
    state = fields.String(validate=OneOf(("soft", "hard", "settled")))
    subject = fields.Nested(SubjectRefSchema)
    grid = fields.Nested(GridRefSchema)
    sender = fields.Nested(PersonRefSchema)
    made_at = MomentField(metadata={"description": "When it was made, clock put right."})
    received_at = MomentField()
    applied = fields.List(fields.String())
    overlaps = fields.List(fields.Nested(OverlapSchema))
    settled_at = MomentField(allow_none=True)


class ConflictsQuerySchema(Schema):
    """Which conflicts: those that want a choice, or those that merged by themselves."""

    state = fields.String(load_default="hard", validate=OneOf(("soft", "hard")))
    limit = fields.Integer(load_default=50, validate=Range(min=1, max=200))
    after = fields.UUID()


class ConflictsSchema(Schema):
    """A page of conflicts, the latest first."""

    items = fields.List(fields.Nested(ConflictSchema))
    next = fields.String(allow_none=True)


class ChoicesSchema(Schema):
    """For each field in conflict: `theirs`, which stands, or `to`, which was sent."""

    choices = fields.Dict(
        keys=NAME, values=fields.String(validate=OneOf(("theirs", "to"))), required=True
    )
