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
from gridsvc.issues.act import act
from gridsvc.issues.effects import ActionReport
from gridsvc.issues.report import report
from gridsvc.issues.rules import IssueReport
from gridsvc.issues.schemas import ActionReportSchema, IssueReportSchema
from gridsvc.patrols import service as patrols
from gridsvc.patrols.reports import (
    DayCloseReportSchema,
    PatrolEndReportSchema,
    PatrolReportSchema,
    TrackReportSchema,
)
from gridsvc.patrols.rules import DayCloseReport, PatrolEndReport, PatrolReport, TrackReport
from gridsvc.proposals.rules import ProposalReport
from gridsvc.proposals.schemas import ProposalReportSchema
from gridsvc.proposals.service import propose
from gridsvc.record_edge import Deed


@dataclass(frozen=True)
class Kind:
    """One kind of record."""

    schema: Schema
    build: Callable[..., Any]
    deed: Deed


KINDS: dict[str, Kind] = {
    "enterprise_proposal": Kind(ProposalReportSchema(), ProposalReport, propose),
    "patrol": Kind(PatrolReportSchema(), PatrolReport, patrols.start),
    "track": Kind(TrackReportSchema(), TrackReport, patrols.hand_in_track),
    "patrol_end": Kind(PatrolEndReportSchema(), PatrolEndReport, patrols.end),
    "inspection": Kind(InspectionReportSchema(), InspectionReport, register),
    "issue": Kind(IssueReportSchema(), IssueReport, report),
    "issue_action": Kind(ActionReportSchema(), ActionReport, act),
    "day_close": Kind(DayCloseReportSchema(), DayCloseReport, patrols.close_day),
}
