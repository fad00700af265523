"""The story that the demo tells, and that it goes on by whole days. In order: the county lives.

Founding a county and eight weeks of its life take some fifteen seconds, once for all tests here.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from sqlalchemy import func, select

from gridsvc.accountability.models import Leave
from gridsvc.actor import system
from gridsvc.audit.models import AuditEntry
from gridsvc.audit.service import head, verification
from gridsvc.demo import fill as filling
from gridsvc.demo.fill import fill
from gridsvc.demo.found import OtherJurisdictions, existing, found
from gridsvc.demo.logins import PASSWORD, logins
from gridsvc.demo.world import SHOWN_CODE
from gridsvc.dispatches.models import DispatchOrder, MonthlyDispatch
from gridsvc.enterprises.models import Enterprise
from gridsvc.flags.models import Flag
from gridsvc.ids import moment_of
from gridsvc.inspections.models import Inspection
from gridsvc.issues.models import Issue, IssueAction
from gridsvc.issues.workflow import STATES
from gridsvc.jurisdictions import service as jurisdictions
from gridsvc.media.models import Media, Photo
from gridsvc.patrols.models import DayClose, Patrol, PatrolEnd, TrackChunk
from gridsvc.people.models import Person
from gridsvc.people.queries import member
from gridsvc.proposals.models import EnterpriseProposal
from gridsvc.scoped import Jurisdiction
from gridsvc.session import Session, db, directory, transaction
from gridsvc.store import store
from gridsvc.summaries.models import WeeklySignature, WeeklySummary
from gridsvc.traces.pages import Wish, trace
from gridsvc.traces.places import traced
from gridsvc.weeks import local_day
from tests.factories.demo import DemoCounty, demo_county

NOW = datetime(2026, 11, 20, 2, tzinfo=UTC)  # a Friday, ten in the morning
DAY = timedelta(days=1)

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoCounty]:
    with demo_county(tmp_path_factory.mktemp("demo"), NOW) as made:
        yield made


@pytest.fixture
def session(county: DemoCounty) -> Iterator[Session]:
    db.session.remove()
    with transaction(county.id) as session:
        yield session


def counts(session: Session) -> dict[str, int]:
    models = (Patrol, PatrolEnd, TrackChunk, Inspection, Issue, IssueAction, DayClose, Photo, Media)
    return {
        model.__name__: session.scalar(select(func.count()).select_from(model)) or 0
        for model in models
    }


def test_it_says_what_it_did_and_nothing_was_refused(county):
    assert "imported people.csv" in county.said
    assert county.said[-1].startswith("entered: ")
    assert "refused" not in county.said[-1]


def test_it_is_synthetic_and_begins_with_a_week_eight_weeks_ago(county):
    with directory() as session:
        [jurisdiction] = session.scalars(select(Jurisdiction)).all()
    assert (jurisdiction.name, jurisdiction.is_synthetic) == ("盘山县（演示）", True)
    assert county.demo.begins_on.weekday() == 0
    assert 56 <= (local_day(NOW) - county.demo.begins_on).days < 63


def test_enterprises_were_registered_when_the_county_was_founded(session, county):
    found = select(EnterpriseProposal.id)
    ids = session.scalars(select(Enterprise.id).where(Enterprise.id.not_in(found)))
    registered = {local_day(moment_of(id)) for id in ids}
    assert registered == {local_day(county.demo.founded_at)}


def test_what_officers_come_upon_waits_a_week_for_the_registry_and_is_then_visited(session):
    same = EnterpriseProposal.id == Enterprise.id
    found = select(Enterprise.state, func.min(EnterpriseProposal.occurred_at))
    by_state = found.join(EnterpriseProposal, same).group_by(Enterprise.state)
    since = {state: at for state, at in session.execute(by_state)}
    assert since.keys() == {"proposed", "active"}
    assert since["proposed"] > NOW - 9 * DAY > since["active"]
    visits = select(func.count(Inspection.id)).join(
        EnterpriseProposal, EnterpriseProposal.id == Inspection.enterprise_id
    )
    assert session.scalar(visits)


def test_issues_go_through_every_state_and_stand_in_most_of_them(session):
    reached = session.scalars(select(IssueAction.to_state))
    assert {"found", *reached} == set(STATES)
    assert len(set(session.scalars(select(Issue.state)))) >= len(STATES) - 2


def test_the_shown_enterprise_had_a_relapse(session):
    shown = session.scalars(select(Enterprise).where(Enterprise.code == SHOWN_CODE)).one()
    found = select(Issue.relapses).where(Issue.enterprise_id == shown.id)
    first, *later = session.scalars(found.order_by(Issue.occurred_at)).all()
    assert first == 0
    assert max(later) >= 1


def test_some_records_came_days_late_and_some_are_flagged(session):
    late = Inspection.received_at - Inspection.occurred_at > DAY
    assert session.scalar(select(func.count()).where(late))
    assert {"off_site", "poor_fix"} <= set(session.scalars(select(Flag.kind)))


def test_most_due_visits_are_made_and_few_are_owed(session):
    made = due = 0
    for text in session.scalars(select(WeeklySignature.snapshot)):
        visits = orjson.loads(text)["content"]["numbers"]["visits"]
        made, due = made + visits["made"], due + visits["due"]
    assert 0.8 < made / due < 1


def test_a_missed_patrol_is_named_in_a_weekly_summary_with_a_word(session):
    for text in session.scalars(select(WeeklySignature.snapshot)):
        snapshot = orjson.loads(text)
        for exception in snapshot["exceptions"]:
            if exception["key"] == "not_reported":
                assert exception["items"][0]["grid"]["name"]
                assert exception["items"][0]["days"]
                assert snapshot["remarks"]["not_reported"]
                return
    pytest.fail("every patrol was made")


def test_weeks_are_signed_and_accepted_but_the_last(session):
    weeks = select(WeeklySummary.week, WeeklySummary.state).order_by(WeeklySummary.week)
    states = dict(session.execute(weeks).all())
    assert list(states.values())[-1] == "draft"
    assert Counter(states.values())["accepted"] >= 6


def test_the_month_before_is_signed_with_an_order(session):
    signed = select(MonthlyDispatch).where(MonthlyDispatch.month == "2026-10")
    dispatch = session.scalars(signed).one()
    assert dispatch.state == "signed"
    [order] = session.scalars(select(DispatchOrder).where(DispatchOrder.dispatch_id == dispatch.id))
    assert order.reply


def test_the_first_month_is_a_trial_without_orders(session):
    first = session.scalars(select(MonthlyDispatch).where(MonthlyDispatch.month == "2026-09")).one()
    assert (first.state, first.minutes[:2]) == ("signed", "首月")
    orders = select(DispatchOrder).where(DispatchOrder.dispatch_id == first.id)
    assert not session.scalars(orders).all()


def test_the_handover_shows_in_the_trace(session, county):
    shown = session.scalars(select(Enterprise).where(Enterprise.code == SHOWN_CODE)).one()
    wish = Wish(since=county.demo.begins_on, until=local_day(NOW))
    told = trace(session, traced(session, "enterprise", shown.id), wish, readable_until=NOW)
    officers = [lane for lane in told["lanes"]["responsibility"] if lane["role"] == "grid_officer"]
    former, present = officers
    assert former["until"] == present["since"]
    assert former["person"] != present["person"]
    walked = {visit["person"].name for visit in told["lanes"]["visits"]}
    assert len(walked) >= 2


def test_photos_are_really_there_each_unlike_the_others(session, county):
    hashes = session.scalars(select(Media.sha256)).all()
    assert len(hashes) > 20
    assert all(store(county.id).original(sha256).exists() for sha256 in hashes)


def test_somebody_is_on_leave(session):
    assert session.scalar(select(func.count()).select_from(Leave))


def test_the_trail_holds_and_its_moments_do_not_go_back_by_days(session):
    assert verification(session).holds
    days = [local_day(at) for at in session.scalars(select(AuditEntry.at).order_by(AuditEntry.seq))]
    assert days == sorted(days)


def test_the_printed_logins_are_of_those_who_hold_the_posts_now(session, county):
    found = logins(county.demo, NOW)
    assert {login.client for login in found} == {"/m/", "/desk/"}
    officer = next(login for login in found if login.role_en == "grid officer")
    account = member(session, officer.login)
    assert account and account.password_hash
    person = session.scalars(select(Person).where(Person.login == officer.login)).one()
    latest = select(Patrol.sender_id).where(Patrol.sender_id == person.id).limit(1)
    assert session.scalar(latest)


def test_anybody_of_it_signs_in_with_the_printed_password(county):
    officer = logins(county.demo, NOW)[0].login
    body = {"login": officer, "password": PASSWORD, "device": {"kind": "phone"}}
    answer = county.app.test_client().post("/api/v1/sessions", json=body)
    assert answer.status_code == 201, answer.text


def test_the_commands_know_it(county):
    flask = county.app.test_cli_runner()
    told = flask.invoke(args=["demo", "logins"])
    assert told.exit_code == 0
    assert PASSWORD in told.output
    assert "/m/" in told.output


def test_it_does_not_settle_beside_others_unasked(county):
    with pytest.raises(OtherJurisdictions):
        found(local_day(NOW))


def test_it_takes_no_county_for_its_own_that_somebody_else_began(county):
    other = jurisdictions.Founding(
        name="盘山县（演示）", division_code="211122", rules="gridsvc", is_synthetic=True
    )
    with transaction(county.id + 1) as session:
        jurisdictions.create(session, other, by=system("jurisdictions.create"), now=NOW)
    assert existing() == county.demo


def test_filling_it_again_changes_nothing(county):
    with transaction(county.id) as session:
        before = head(session)
    said: list[str] = []
    fill(NOW, said.append)
    with transaction(county.id) as session:
        assert head(session) == before
    assert said == ["The demo county has lived up to 2026-11-19; nothing is missing."]


def test_a_day_that_broke_off_is_lived_again_and_nothing_doubles(county, monkeypatch):
    """Friday breaks off before its last kind of records, and the next run adds Friday alone."""

    def power_cut(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with transaction(county.id) as session:
        before, end = counts(session), head(session)[0]
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(filling.patrols, "close_day", power_cut)
        fill(NOW + DAY, lambda _: None)
    with transaction(county.id) as session:
        broken = counts(session)
    assert broken["Patrol"] > before["Patrol"]
    assert broken["DayClose"] == before["DayClose"]

    said: list[str] = []
    fill(NOW + DAY, said.append)
    assert "refused" not in said[-1]
    with transaction(county.id) as session:
        after = counts(session)
        friday = local_day(NOW)
        patrols = session.scalars(select(Patrol).where(Patrol.received_at > NOW)).all()
        assert {local_day(patrol.received_at) for patrol in patrols} == {friday}
        assert len(patrols) == after["Patrol"] - before["Patrol"]
        assert max(Counter((p.grid_id, local_day(p.occurred_at)) for p in patrols).values()) == 1
        lines = select(AuditEntry.at).where(AuditEntry.seq > end)
        assert {local_day(at) for at in session.scalars(lines)} == {friday}
        assert verification(session).holds
    for kind in ("Patrol", "PatrolEnd", "Inspection", "Issue", "IssueAction", "TrackChunk"):
        assert after[kind] == broken[kind], kind
    assert after["DayClose"] > before["DayClose"]


def test_officers_with_certificates_inspect_formally_some_of_it_exempt_some_refused(session):
    made = select(Inspection).where(Inspection.kind == "formal").order_by(Inspection.occurred_at)
    formal = [one.formal for one in session.scalars(made)]

    assert len(formal) >= 4
    assert {"complaint"} <= {one.get("exempt_reason") for one in formal}
    assert 1 <= sum("refusal" in one for one in formal) < len(formal)
    amiss = select(Flag).where(Flag.kind.in_(["over_cap", "certificate_unknown"]))
    assert session.scalars(amiss).all() == []
    signed = select(func.count()).select_from(Photo).where(Photo.purpose == "signature")
    assert session.scalar(signed) == sum("refusal" not in one for one in formal)


def test_urgent_reports_do_not_wait_for_days_to_be_seen(session):
    urgent = session.scalars(select(Issue).where(Issue.urgent)).all()
    newest = session.scalar(select(func.max(Issue.received_at)))
    old = [one for one in urgent if one.received_at < newest - timedelta(days=7)]
    assert old and all(len(one.seen) >= 3 for one in old)


def test_no_page_of_the_daily_duty_is_empty(session):
    def count(model, *where):
        return session.scalar(select(func.count()).select_from(model).where(*where))

    assert count(Issue, Issue.urgent) > 0
    assert count(Inspection, Inspection.first_id.is_not(None)) > 0
    assert count(Patrol, func.jsonb_array_length(Patrol.companions) > 0) > 0
    assert count(Flag, Flag.state == "dismissed") > 0
    assert count(Flag, Flag.appeal.is_not(None)) > 0
