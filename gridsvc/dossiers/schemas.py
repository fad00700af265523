"""The file of an enterprise on the wire."""

from marshmallow import Schema, fields

from gridsvc.disclosures.schemas import TrailLineSchema
from gridsvc.enterprises.schemas import EnterpriseSchema
from gridsvc.flags.schemas import FlagBriefSchema
from gridsvc.inspections.schemas import CorrectionsSchema, OnSiteSchema, RefusalSchema
from gridsvc.penalties.schemas import PenaltySchema
from gridsvc.wire import EnterpriseRefSchema, GridRefSchema, MomentField, PersonRefSchema


class SiteSchema(EnterpriseRefSchema):
    """Another place of the same legal person."""

    address = fields.String()
    state = fields.String()
    grid_id = fields.UUID()


class FoundSchema(Schema):
    """Who found the place in the field."""

    person = fields.Nested(PersonRefSchema)
    at = MomentField()
    note = fields.String()


class VersionSchema(TrailLineSchema):
    """What was changed, from the trail."""

    class Meta:
        fields = ("seq", "at", "actor", "deed", "changes")


class FiledVisitSchema(CorrectionsSchema):
    """An entry of the log, in short."""

    id = fields.UUID()
    occurred_at = MomentField()
    inspector = fields.Nested(PersonRefSchema)
    result = fields.String()
    findings = fields.String()


class FiledVisitsSchema(Schema):
    total = fields.Integer()
    this_year = fields.Integer()
    with_problem = fields.Integer()
    last_at = MomentField(allow_none=True)
    items = fields.List(fields.Nested(FiledVisitSchema))


class FiledOfficerSchema(Schema):
    """An officer of a formal inspection."""

    person = fields.Nested(PersonRefSchema)
    certificate_no = fields.String()


class SignatureSchema(Schema):
    """A photo that is a signature, and whether its bytes have arrived."""

    sha256 = fields.String()
    purpose = fields.String()
    taken_at = MomentField()
    arrived = fields.Boolean()


class FiledFormalSchema(CorrectionsSchema):
    """A formal inspection: signed (a photo of it, with that purpose), unless refused."""

    id = fields.UUID()
    occurred_at = MomentField()
    officers = fields.List(fields.Nested(FiledOfficerSchema))
    approval_no = fields.String()
    notice_no = fields.String()
    basis = fields.String()
    exempt_reason = fields.String(allow_none=True)
    on_site = fields.Nested(OnSiteSchema)
    refusal = fields.Nested(RefusalSchema, allow_none=True)
    signature = fields.Nested(SignatureSchema, allow_none=True)
    result = fields.String()
    findings = fields.String()
    flags = fields.List(fields.Nested(FlagBriefSchema))


class FiledFormalsSchema(Schema):
    """Formal inspections; `counted` and `exempt` are those of the year."""

    year = fields.Integer()
    cap = fields.Integer(allow_none=True)
    counted = fields.Integer()
    exempt = fields.Integer()
    total = fields.Integer()
    items = fields.List(fields.Nested(FiledFormalSchema))


class FiledIssueSchema(Schema):
    """An issue, in short."""

    id = fields.UUID()
    number = fields.String()
    category = fields.String()
    severity = fields.String()
    description = fields.String()
    state = fields.String()
    relapses = fields.Integer()
    occurred_at = MomentField()
    due_at = MomentField(allow_none=True)
    closed_at = MomentField(allow_none=True)


class FiledIssuesSchema(Schema):
    total = fields.Integer()
    open = fields.Integer()
    relapses = fields.Integer()
    items = fields.List(fields.Nested(FiledIssueSchema))


class DossierSchema(Schema):
    """All that is held about one place. Parts that the reader may not see are null."""

    enterprise = fields.Nested(EnterpriseSchema)
    grid = fields.Nested(GridRefSchema)
    merged_into = fields.Nested(EnterpriseRefSchema, allow_none=True)
    entries = fields.List(fields.Nested(EnterpriseRefSchema))
    sites = fields.List(fields.Nested(SiteSchema))
    found = fields.Nested(FoundSchema, allow_none=True)
    permit = fields.String(metadata={"enum": ["none", "good", "ending", "ended"]})
    versions = fields.List(fields.Nested(VersionSchema))
    penalties = fields.List(fields.Nested(PenaltySchema))
    visits = fields.Nested(FiledVisitsSchema, allow_none=True)
    formal = fields.Nested(FiledFormalsSchema, allow_none=True)
    issues = fields.Nested(FiledIssuesSchema, allow_none=True)
    as_of = MomentField()
