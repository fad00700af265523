"""Proposals on the wire."""

from typing import Any

from marshmallow import Schema, fields, post_load, pre_load
from marshmallow.validate import Length, OneOf, Range

from geo.crs import KNOWN_CRS, to_wgs84
from gridsvc.enterprises.schemas import EnterpriseSchema
from gridsvc.media.schemas import PhotosField
from gridsvc.wire import MomentField, PointField, ReportSchema, TextField


class ProposalReportSchema(ReportSchema):
    """A place that the registry does not know, where the phone stood."""

    name = TextField(required=True, validate=Length(min=1, max=200))
    kind = TextField(required=True, validate=Length(min=1, max=60))
    address = TextField(load_default="", validate=Length(max=200))
    uscc = TextField(validate=Length(max=40))
    contact_name = TextField(validate=Length(max=60))
    contact_phone = TextField(validate=Length(max=40))
    is_scattered_polluter = fields.Boolean(load_default=False)
    note = TextField(load_default="", validate=Length(max=4000))
    position = PointField(required=True)
    crs = fields.String(required=True, validate=OneOf(KNOWN_CRS))
    accuracy_m = fields.Float(validate=Range(min=0, max=1e7))
    photos = PhotosField()

    @pre_load
    def _trim(self, body: Any, **_: Any) -> Any:
        named = isinstance(body, dict) and isinstance(body.get("name"), str)
        return {**body, "name": body["name"].strip()} if named else body

    @post_load
    def _convert_once(self, body: dict[str, Any], **_: Any) -> dict[str, Any]:
        position = to_wgs84(body["position"], body["crs"])
        return {**body, "position": position, "photos": tuple(body["photos"])}


class EnterpriseProposalSchema(Schema):
    """A proposal, as entered."""

    id = fields.UUID()
    grid_id = fields.UUID()
    sender_id = fields.UUID()
    name = fields.String()
    kind = fields.String()
    address = fields.String()
    uscc = fields.String(allow_none=True)
    note = fields.String()
    location = PointField()
    accuracy_m = fields.Float(allow_none=True)
    occurred_at = MomentField()
    received_at = MomentField()


class ProposedSchema(Schema):
    """A proposal, the enterprise of the same id, and the proof."""

    enterprise_proposal = fields.Nested(EnterpriseProposalSchema)
    enterprise = fields.Nested(EnterpriseSchema)
    receipt = fields.Dict()
