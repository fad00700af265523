"""The kinds of record a phone makes: how each is read, and the deed that enters it.

In the order in which a batch enters them: what others refer to comes first.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from marshmallow import Schema

from gridsvc.edits.models import FieldEdit
from gridsvc.edits.rules import EditReport
from gridsvc.edits.schemas import EditReportSchema
from gridsvc.edits.service import edit
from gridsvc.errors import DomainError
from gridsvc.inspections.models import Inspection
from gridsvc.inspections.rules import InspectionReport, NothingToCorrect
from gridsvc.inspections.schemas import InspectionReportSchema
from gridsvc.inspections.service import register
from gridsvc.issues.act import act
from gridsvc.issues.effects import ActionReport
from gridsvc.issues.models import Issue, IssueAction
from gridsvc.issues.report import report
from gridsvc.issues.rules import IssueReport, UnknownIssue
from gridsvc.issues.schemas import ActionReportSchema, IssueReportSchema
from gridsvc.patrols import service as patrols
from gridsvc.patrols.models import DayClose, Patrol, PatrolEnd, TrackChunk
from gridsvc.patrols.reports import (
    DayCloseReportSchema,
    PatrolEndReportSchema,
    PatrolReportSchema,
    TrackReportSchema,
)
from gridsvc.patrols.rules import (
    DayCloseReport,
    PatrolEndReport,
    PatrolReport,
    TrackReport,
    UnknownPatrol,
)
from gridsvc.proposals.models import EnterpriseProposal
from gridsvc.proposals.rules import ProposalReport
from gridsvc.proposals.schemas import ProposalReportSchema
from gridsvc.proposals.service import propose
from gridsvc.record_edge import Deed
from gridsvc.scoped import Scoped

Needs = Callable[[Any], Iterator[tuple[str, UUID]]]


def nothing(_: Any) -> Iterator[tuple[str, UUID]]:
    """Yield no record that has to be there first."""
    yield from ()


@dataclass(frozen=True)
class Kind:
    """One kind of record.

    `needs` yields the kind and id of each record that a report builds on; without them its
    deed refuses it with one of `unseen`, or would enter it torn out of its context.
    """

    schema: Schema
    build: Callable[..., Any]
    deed: Deed
    model: type[Scoped]
    needs: Needs = nothing
    unseen: tuple[type[DomainError], ...] = ()


def _of_patrol(report: InspectionReport | TrackReport | PatrolEndReport) -> Iterator[Any]:
    if report.patrol_id is not None:
        yield "patrol", report.patrol_id


def _of_inspection(report: InspectionReport) -> Iterator[Any]:
    yield from _of_patrol(report)
    if report.corrects_id is not None:
        yield "inspection", report.corrects_id


def _of_action(report: ActionReport) -> Iterator[Any]:
    yield "issue", report.issue_id
    if report.into_id is not None:
        yield "issue", report.into_id


def _of_edit(report: EditReport) -> Iterator[Any]:
    if report.subject_kind == "issue":
        yield "issue", report.subject_id


NO_PATROL, NO_ISSUE = (UnknownPatrol,), (UnknownIssue,)

KINDS: dict[str, Kind] = {
    "enterprise_proposal": Kind(
        ProposalReportSchema(), ProposalReport, propose, EnterpriseProposal
    ),
    "patrol": Kind(PatrolReportSchema(), PatrolReport, patrols.start, Patrol),
    "track": Kind(
        TrackReportSchema(), TrackReport, patrols.hand_in_track, TrackChunk, _of_patrol, NO_PATROL
    ),
    "patrol_end": Kind(
        PatrolEndReportSchema(), PatrolEndReport, patrols.end, PatrolEnd, _of_patrol, NO_PATROL
    ),
    "inspection": Kind(
        InspectionReportSchema(), InspectionReport, register, Inspection, _of_inspection,
        (NothingToCorrect,),
    ),
    "issue": Kind(IssueReportSchema(), IssueReport, report, Issue),
    "issue_action": Kind(
        ActionReportSchema(), ActionReport, act, IssueAction, _of_action, NO_ISSUE
    ),
    "edit": Kind(EditReportSchema(), EditReport, edit, FieldEdit, _of_edit, NO_ISSUE),
    "day_close": Kind(DayCloseReportSchema(), DayCloseReport, patrols.close_day, DayClose),
}  # fmt: skip
