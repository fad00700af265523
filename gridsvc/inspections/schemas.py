"""Inspections on the wire."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validates_schema
from marshmallow.validate import Length, OneOf, Range

from geo.crs import KNOWN_CRS, to_wgs84
from gridsvc.flags.schemas import FlagBriefSchema
from gridsvc.inspections.formal import EXEMPT_REASONS, LEAST_OFFICERS
from gridsvc.inspections.rules import KINDS
from gridsvc.media.schemas import PhotosField
from gridsvc.rules.rules import ANSWERS
from gridsvc.wire import MomentField, PointField, ReportSchema, TextField, need_crs


class AnswerSchema(Schema):
    """The answer to one item of a checklist."""

    item = TextField(required=True, validate=Length(min=1, max=60))
    result = fields.String(required=True, validate=OneOf(ANSWERS))
    note = TextField(validate=Length(max=1000))
    photos = fields.List(
        TextField(validate=Length(min=1, max=100)),
        validate=Length(max=20),
        metadata={"description": "Which photos of the record show this item, by their sha256."},
    )
    no_photo_reason = TextField(
        validate=Length(min=1, max=200),
        metadata={"description": "Why an item that wants a photo has none."},
    )


class OfficerSchema(Schema):
    """An officer of a formal inspection, with the number of the certificate that was shown."""

    person_id = fields.UUID(required=True)
    certificate_no = TextField(required=True, validate=Length(min=2, max=40))


class OnSiteSchema(Schema):
    """Who stood for the enterprise."""

    name = TextField(required=True, validate=Length(min=1, max=60))
    post = TextField(required=True, validate=Length(min=1, max=60))


class RefusalSchema(Schema):
    """Why the person on site did not sign (拒签), and who saw it."""

    reason = TextField(required=True, validate=Length(min=2, max=500))
    witness = TextField(required=True, validate=Length(min=2, max=500))


class FormalFactsSchema(Schema):
    """What a formal inspection (行政检查) has beside what every inspection has.

    Without `exempt_reason` it counts against the yearly cap of the enterprise. The signature is
    a photo of the record with the purpose `signature`; without it, `refusal` says why. Of a
    correction neither is wanted: the signature stays with what was signed.
    """

    officers = fields.List(
        fields.Nested(OfficerSchema), required=True, validate=Length(min=LEAST_OFFICERS, max=8)
    )
    approval_no = TextField(required=True, validate=Length(min=2, max=80))
    notice_no = TextField(required=True, validate=Length(min=2, max=80))
    basis = TextField(required=True, validate=Length(min=2, max=500))
    exempt_reason = fields.String(validate=OneOf(EXEMPT_REASONS))
    on_site = fields.Nested(OnSiteSchema, required=True)
    refusal = fields.Nested(RefusalSchema)

    @validates_schema
    def _each_once(self, told: dict[str, Any], **_: Any) -> None:
        people = [officer["person_id"] for officer in told["officers"]]
        if len(set(people)) < len(people):
            raise ValidationError("The same officer twice.", "officers")

    @post_load
    def _as_kept(self, told: dict[str, Any], **_: Any) -> dict[str, Any]:
        officers = [one | {"person_id": str(one["person_id"])} for one in told["officers"]]
        return {**told, "officers": officers}


class InspectionReportSchema(ReportSchema):
    """What the phone sends. It may be dubious, but not unclear: a position needs its `crs`."""

    kind = fields.String(load_default="patrol", validate=OneOf(KINDS))
    formal = fields.Nested(FormalFactsSchema)
    enterprise_id = fields.UUID(required=True)
    patrol_id = fields.UUID()
    corrects_id = fields.UUID()
    correction_reason = TextField(validate=Length(min=1, max=500))
    checklist_id = fields.UUID(required=True)
    answers = fields.List(
        fields.Nested(AnswerSchema), required=True, validate=Length(min=1, max=60)
    )
    findings = TextField(load_default="", validate=Length(max=4000))
    position = PointField()
    crs = fields.String(validate=OneOf(KNOWN_CRS))
    accuracy_m = fields.Float(
        validate=Range(min=0, max=1e7),
        metadata={"description": "Radius of 68 % confidence, metres."},
    )
    no_position_reason = TextField(validate=Length(min=1, max=200))
    gps_at = MomentField(metadata={"description": "The satellites' time of the fix."})
    uptime_s = fields.Float(
        validate=Range(min=0, max=1e9),
        metadata={"description": "Seconds since the phone was switched on."},
    )
    is_mock = fields.Boolean(
        truthy={True},
        falsy={False},
        metadata={"description": "The phone says that an app made up the position."},
    )
    photos = PhotosField()

    @validates_schema
    def _position_or_reason(self, body: dict[str, Any], **_: Any) -> None:
        need_crs(body)
        if ("position" in body) == ("no_position_reason" in body):
            raise ValidationError("Either this or no_position_reason.", "position")

    @validates_schema
    def _formal_is_whole(self, body: dict[str, Any], **_: Any) -> None:
        if ("formal" in body) != (body["kind"] == "formal"):
            raise ValidationError("With the kind formal, and only then.", "formal")
        signed = any(photo.purpose == "signature" for photo in body["photos"])
        if "formal" not in body:
            if signed:
                raise ValidationError("Only a formal inspection is signed.", "photos")
            return
        is_refused = "refusal" in body["formal"]
        if (signed and is_refused) or not (signed or is_refused or "corrects_id" in body):
            raise ValidationError("Either a photo that is the signature, or this.", "refusal")

    @post_load
    def _convert_once(self, body: dict[str, Any], **_: Any) -> dict[str, Any]:
        if "position" in body:
            body["position"] = to_wgs84(body["position"], body["crs"])
        return {**body, "photos": tuple(body["photos"])}


class InspectionSchema(Schema):
    """What the server answers: what was reported, and what the server knows of it."""

    id = fields.UUID()
    kind = fields.String(metadata={"enum": list(KINDS)})
    formal = fields.Nested(FormalFactsSchema, allow_none=True)
    enterprise_id = fields.UUID()
    patrol_id = fields.UUID()
    corrects_id = fields.UUID()
    correction_reason = fields.String()
    checklist_id = fields.UUID()
    grid_id = fields.UUID(metadata={"description": "The grid of the enterprise at that time."})
    position_grid_id = fields.UUID()
    inspector_id = fields.UUID(attribute="sender_id")
    made_at = MomentField()
    occurred_at = MomentField()
    received_at = MomentField()
    answers = fields.List(fields.Dict())
    result = fields.String()
    findings = fields.String()
    position = PointField()
    crs = fields.String()
    accuracy_m = fields.Float()
    no_position_reason = fields.String()
    gps_at = MomentField()
    uptime_s = fields.Float()
    is_mock = fields.Boolean()
    flags = fields.List(fields.Nested(FlagBriefSchema))


class EntryRefSchema(Schema):
    """Another entry of the same chain of corrections, in short."""

    id = fields.UUID()
    occurred_at = MomentField()
    result = fields.String()
    reason = fields.String(allow_none=True, metadata={"description": "Why it corrects another."})


class CorrectionsSchema(Schema):
    """What an entry corrects, and what corrects it. Both stay; the last one is what is held."""

    corrects = fields.Nested(EntryRefSchema, allow_none=True)
    corrected_by = fields.Nested(EntryRefSchema, allow_none=True)


class RegisteredSchema(Schema):
    """An inspection in the log, and the proof that it is there."""

    inspection = fields.Nested(InspectionSchema)
    receipt = fields.Dict()


class InspectionsQuerySchema(Schema):
    """Which inspections to list, the latest first."""

    enterprise_id = fields.UUID()
    grid_id = fields.UUID()
    since = MomentField()
    until = MomentField()
    limit = fields.Integer(load_default=100, validate=Range(min=1, max=500))
    after = fields.UUID()


class InspectionsSchema(Schema):
    """A page of the log."""

    items = fields.List(fields.Nested(InspectionSchema))
    next = fields.String(allow_none=True)


class FormalMadeSchema(Schema):
    """A formal inspection of the year; without `exempt_reason` it counts against the cap."""

    id = fields.UUID()
    enterprise_id = fields.UUID()
    occurred_at = MomentField()
    exempt_reason = fields.String(allow_none=True)


class FormalYearSchema(Schema):
    """The formal inspections of a local year, the earliest first."""

    year = fields.Integer()
    cap = fields.Integer(allow_none=True)
    items = fields.List(fields.Nested(FormalMadeSchema))
    as_of = MomentField()
