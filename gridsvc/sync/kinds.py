"""The kinds of record a phone makes: how each is read, and the deed that enters it.

In the order in which a batch enters them: what others refer to comes first.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from marshmallow import Schema

from gridsvc.inspections.rules import InspectionReport
from gridsvc.inspections.schemas import InspectionReportSchema
from gridsvc.inspections.service import register
from gridsvc.record_edge import Deed


@dataclass(frozen=True)
class Kind:
    """One kind of record."""

    schema: Schema
    build: Callable[..., Any]
    deed: Deed


KINDS: dict[str, Kind] = {
    "inspection": Kind(InspectionReportSchema(), InspectionReport, register),
}
