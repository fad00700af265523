"""A week of two villages, worked out by hand."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from gridsvc.ids import new_id
from gridsvc.summaries.rules import (
    GridFacts,
    IssueFacts,
    RecordFacts,
    SpanFacts,
    StepFacts,
    VisitFacts,
    content,
    course,
    exceptions,
    numbers,
)
from gridsvc.weeks import week_span

ZHAO = GridFacts(id=new_id(), code="1", name="赵家村")
QIAN = GridFacts(id=new_id(), code="2", name="钱家村")
WEEK = week_span("2026-W47")
WORKDAYS = frozenset(WEEK.days[:5])
AFTERWARDS = WEEK.ends_at + timedelta(hours=9)
NOW_THERE = datetime(2026, 11, 18, 4, tzinfo=UTC)  # Wednesday noon in Shanghai


def a_week(**changes: Any) -> SpanFacts:
    usual: dict[str, Any] = {
        "span": WEEK,
        "as_of": AFTERWARDS,
        "grids": [ZHAO, QIAN],
        "patrol_days": WORKDAYS,
        "on_leave": frozenset(),
        "records": [],
        "issues": [],
        "visits": [],
    }
    return SpanFacts(**usual | changes)


def a_record(kind: str, grid: GridFacts, day: date, **changes: Any) -> RecordFacts:
    noon = datetime(day.year, day.month, day.day, 4, tzinfo=UTC)
    usual: dict[str, Any] = {
        "kind": kind,
        "id": new_id(),
        "grid_id": grid.id,
        "day": day,
        "occurred_at": noon,
        "received_at": noon,
    }
    return RecordFacts(**usual | changes)


def an_issue(**changes: Any) -> IssueFacts:
    usual: dict[str, Any] = {
        "id": new_id(),
        "number": "2026-0001",
        "description": "料堆没盖",
        "category": "dust",
        "grid_id": ZHAO.id,
        "found_at": WEEK.begins_at + timedelta(hours=10),
        "due_at": None,
        "submitted_at": None,
        "closed_at": None,
        "relapsed_at": None,
    }
    return IssueFacts(**usual | changes)


def exception(facts: SpanFacts, key: str) -> dict[str, Any] | None:
    return next((e for e in exceptions(facts) if e["key"] == key), None)


def test_a_silent_week_names_every_grid_and_day() -> None:
    facts = a_week()

    assert (numbers(facts)["patrol_days"].made, numbers(facts)["patrol_days"].due) == (0, 10)
    silent = exception(facts, "not_reported")
    assert silent["count"] == 10
    assert [item["grid"]["name"] for item in silent["items"]] == ["赵家村", "钱家村"]


def test_a_zero_report_counts_as_a_report() -> None:
    closes = [a_record("day_close", ZHAO, day) for day in WORKDAYS]
    facts = a_week(records=closes, grids=[ZHAO])

    assert numbers(facts)["patrol_days"].made == 5
    assert exception(facts, "not_reported") is None


def test_a_day_reported_twice_is_one_day() -> None:
    """A patrol and a day close, and two officers, never make 200 %."""
    monday = WEEK.first
    twice = [a_record(kind, ZHAO, monday) for kind in ("patrol", "patrol", "day_close")]
    number = numbers(a_week(records=twice, grids=[ZHAO]))["patrol_days"]

    assert (number.made, number.due) == (1, 5)
    assert len(number.records) == 3


def test_a_day_off_blames_nobody() -> None:
    monday = WEEK.first
    facts = a_week(grids=[ZHAO], on_leave=frozenset({(ZHAO.id, monday)}))

    assert numbers(facts)["patrol_days"].due == 4
    assert monday.isoformat() not in exception(facts, "not_reported")["items"][0]["days"]


def test_a_rest_day_is_not_due_and_work_on_it_is_no_extra() -> None:
    sunday = WEEK.last
    number = numbers(a_week(records=[a_record("patrol", ZHAO, sunday)]))["patrol_days"]

    assert (number.made, number.due) == (0, 10)


def test_today_is_not_owed_before_it_is_over() -> None:
    assert numbers(a_week(as_of=NOW_THERE))["patrol_days"].due == 4  # two grids, Monday, Tuesday


@pytest.mark.parametrize(
    ("hours_late", "closed", "on_time"),
    [(-1, True, 1), (0, True, 1), (1, True, 0), (-1, False, 0)],
)
def test_on_time_is_what_was_rectified_before_its_time_ran_out(
    hours_late: int, closed: bool, on_time: int
) -> None:
    due_at = WEEK.begins_at + timedelta(days=3)
    done = due_at + timedelta(hours=hours_late)
    issue = an_issue(
        due_at=due_at, submitted_at=done, closed_at=due_at + timedelta(days=2) if closed else None
    )
    number = numbers(a_week(issues=[issue]))["closed_on_time"]

    assert (number.made, number.due) == (on_time, 1)


def test_due_on_sunday_belongs_to_this_week_although_it_ends_at_midnight() -> None:
    sunday, monday = an_issue(due_at=WEEK.ends_at), an_issue(due_at=WEEK.begins_at)

    assert numbers(a_week(issues=[sunday, monday]))["closed_on_time"].due == 1


def test_an_issue_is_overdue_until_it_is_closed() -> None:
    due_at = WEEK.begins_at + timedelta(days=2)
    open_, closed, later = (
        an_issue(due_at=due_at),
        an_issue(due_at=due_at, closed_at=due_at + timedelta(days=1)),
        an_issue(due_at=due_at, closed_at=WEEK.ends_at + timedelta(hours=1)),
    )
    found = exception(a_week(issues=[open_, closed, later]), "overdue")

    assert [item["issue"]["id"] for item in found["items"]] == [str(open_.id), str(later.id)]
    assert found["items"][0]["overdue_days"] == 5


def test_a_closure_that_was_undone_later_still_counts_in_its_own_week() -> None:
    closed_at = WEEK.begins_at + timedelta(days=1)
    steps = [
        StepFacts(issue_id=new_id(), from_state=a, to_state=b, at=at)
        for a, b, at in (
            ("rectifying", "submitted", closed_at - timedelta(hours=2)),
            ("accepted", "closed", closed_at),
            ("closed", "rectifying", closed_at + timedelta(days=1)),
        )
    ]
    came_back = course(steps)
    issue = an_issue(**{**vars(came_back), "due_at": closed_at + timedelta(hours=1)})
    found = numbers(a_week(issues=[issue]))

    assert (found["issues_closed"].made, found["relapsed"].made) == (1, 1)
    assert (found["closed_on_time"].made, found["closed_on_time"].due) == (0, 1)
    assert found["overdue"].made == 1


def test_every_number_names_exactly_its_records() -> None:
    visit = a_record("inspection", ZHAO, WEEK.first)
    made = VisitFacts(
        enterprise_id=new_id(), name="甲厂", grid_id=ZHAO.id, due_on=WEEK.first, made_by=visit.id
    )
    owed = VisitFacts(
        enterprise_id=new_id(), name="乙厂", grid_id=QIAN.id, due_on=WEEK.first, made_by=None
    )
    facts = a_week(records=[visit], visits=[made, owed])

    assert numbers(facts)["visits"].plain == {
        "made": 1, "due": 2, "records": [{"kind": "inspection", "id": str(visit.id)}],
    }  # fmt: skip
    assert exception(facts, "unvisited")["items"][0]["enterprise"]["name"] == "乙厂"


def test_what_came_a_day_later_is_listed_as_late() -> None:
    late = a_record("inspection", ZHAO, WEEK.first)
    later = RecordFacts(**vars(late) | {"received_at": late.occurred_at + timedelta(hours=25)})

    assert exception(a_week(records=[later]), "late_records")["count"] == 1
    assert exception(a_week(records=[late]), "late_records") is None


def test_the_same_facts_give_the_same_content() -> None:
    facts = a_week(issues=[an_issue()], records=[a_record("patrol", QIAN, WEEK.first)])

    assert content(facts) == content(facts)
    assert content(facts)["problems_by_category"] == {"dust": 1}
