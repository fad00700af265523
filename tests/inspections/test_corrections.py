"""A correction: a new entry that names the old one. Both stay; the visit counts once."""

from datetime import timedelta

import pytest

from gridsvc.dossiers.queries import visits
from gridsvc.errors import Kept
from gridsvc.inspections.models import Inspection
from gridsvc.inspections.queries import corrections
from gridsvc.inspections.rules import InspectionReport, NotYourEntry, photo_flags
from gridsvc.inspections.service import register
from gridsvc.patrols.months import own_month
from gridsvc.patrols.owed import due_visits
from gridsvc.patrols.queries import own_day
from gridsvc.summaries.facts import corrected_later, span_facts
from gridsvc.weeks import local_day, week_of, week_span
from tests.factories.inspections import NOON, TWO_DAYS_AGO, a_report, answers_to
from tests.factories.village import Village, actor

DAY = timedelta(days=1)


@pytest.fixture
def send(session, village: Village):
    """Register reports at noon, or later."""

    def _send(*reports: InspectionReport, now=NOON):
        return register(session, reports, by=actor(village.officer), now=now)

    return _send


@pytest.fixture
def chain(village, send):
    """Nothing was found; a day later there was; and two hours later there was not."""
    first = village.visit()
    second = village.visit(
        made_at=TWO_DAYS_AGO + DAY, corrects_id=first.envelope.id,
        answers=answers_to(village.checklist, "smell"), correction_reason="看漏了",
    )  # fmt: skip
    third = village.visit(
        made_at=TWO_DAYS_AGO + 1.1 * DAY,
        corrects_id=second.envelope.id,
        correction_reason="写错了",
    )
    for each in (first, second, third):
        send(each)
    return [each.envelope.id for each in (first, second, third)]


def test_a_chain_names_its_first_entry_and_its_neighbours(session, chain) -> None:
    first, second, third = chain
    entries = [session.get(Inspection, id) for id in chain]
    assert [entry.first_id for entry in entries] == [None, first, first]

    told = corrections(session, chain)
    assert told[first]["corrects"] is None
    assert told[first]["corrected_by"]["id"] == second
    assert told[second]["corrects"]["id"] == first
    assert told[second]["corrected_by"]["reason"] == "写错了"
    assert told[third]["corrects"]["id"] == second
    assert told[third]["corrected_by"] is None


def test_only_who_made_an_entry_corrects_it(village, send) -> None:
    first = village.visit()
    send(first)
    by_head = a_report(village.yard, village.head, village.checklist, corrects_id=first.envelope.id)

    assert isinstance(send(by_head)[0], NotYourEntry)


@pytest.mark.parametrize(("corrected", "problems"), [(0, 0), (1, 1), (2, 0)])
def test_a_visit_counts_once_with_what_was_said_of_it_last(
    session, village, send, corrected: int, problems: int
) -> None:
    smell = answers_to(village.checklist, "smell")
    last = village.visit()
    send(last)
    for n in range(corrected):
        said = {"answers": smell} if n == 0 else {}
        last = village.visit(
            made_at=TWO_DAYS_AGO + timedelta(hours=n + 1), corrects_id=last.envelope.id, **said
        )
        send(last)

    day, me = local_day(TWO_DAYS_AGO), village.officer.id
    week = week_span(week_of(day))
    mine = own_day(session, me, [village.zhao.id], day)
    assert (mine["visits"], mine["problems"]) == (1, problems)
    [that_day] = own_month(session, me, week)["days"]
    assert (that_day["visits"], that_day["problems"]) == (1, problems)
    filed = visits(session, [village.yard.id], NOON - 30 * DAY)
    assert (filed["total"], filed["with_problem"]) == (1, problems)
    assert len(filed["items"]) == corrected + 1
    records = span_facts(session, village.town.id, week, NOON).records
    assert sum(one.problem for one in records) == problems
    told = due_visits(session, {village.zhao.id}, local_day(NOON) + 20 * DAY)["items"]
    assert {one["last_result"] for one in told if one["last_visit_at"]} == {
        "problem" if problems else "ok"
    }


def test_what_was_signed_stays_and_the_correction_is_in_the_supplement(
    session, village, send
) -> None:
    first, signed_at = village.visit(), NOON + DAY
    send(first)
    late = village.visit(
        made_at=NOON + 2 * DAY, corrects_id=first.envelope.id,
        answers=answers_to(village.checklist, "smell"),
    )  # fmt: skip
    send(late, now=NOON + 2 * DAY)

    week = week_span(week_of(local_day(TWO_DAYS_AGO)))
    assert not any(r.problem for r in span_facts(session, village.town.id, week, signed_at).records)
    assert list(corrected_later(session, village.town.id, week, signed_at)) == [late.envelope.id]


def test_nobody_asks_where_a_correction_was_written(session, village, send) -> None:
    first = village.visit()
    at_home = village.visit(
        corrects_id=first.envelope.id, position=None, crs=None, accuracy_m=None,
        no_position_reason="更正",
    )  # fmt: skip
    assert send(first) == [Kept(first.envelope.id, is_new=True)]
    send(at_home)
    assert session.get(Inspection, at_home.envelope.id).flags == []


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ({"result": "ok"}, [{"missing": 1, "items": ["a"], "reason": ""}]),
        (
            {"result": "problem", "no_photo_reason": "相机坏了"},
            [{"missing": 1, "items": ["a"], "reason": "相机坏了"}],
        ),
        ({"result": "ok", "photos": ["sha256:1"]}, []),
        ({"result": "not_applicable"}, []),
    ],
)
def test_an_item_that_wants_a_photo_and_has_none_is_marked(village, answer, found) -> None:
    report = village.visit(answers=[{"item": "a", **answer}, {"item": "b", "result": "ok"}])

    assert [flag.evidence for flag in photo_flags(report, {"a"})] == found
