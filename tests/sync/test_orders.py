"""Six records that build on each other, and two edits at the desk, in whatever order they come."""

import os
from itertools import permutations
from random import Random

import pytest
from sqlalchemy import select

from gridsvc.audit.service import verify
from gridsvc.enterprises.models import Enterprise
from gridsvc.inspections.models import Inspection
from gridsvc.issues.models import Issue, IssueAction
from gridsvc.patrols.models import Patrol
from gridsvc.quarantine import Quarantined
from gridsvc.session import db, transaction
from tests.conftest import HERE
from tests.factories.issues import a_photo_body
from tests.factories.phone import LATER, Officer

ALL = list(permutations(range(6)))
SAMPLE = 24  # of the 720 in `make test`; `make prove` tries all


def orders() -> list[tuple[int, ...]]:
    return ALL if os.environ.get("PROVE") == "full" else Random(7).sample(ALL, SAMPLE)


@pytest.fixture
def head(client, village, as_):
    return Officer(client, village, as_(village.head))


def chain(head: Officer) -> list[dict]:
    """A round of the head of a town, offline: each step builds on one before, or edits a thing."""
    village = head.village
    round = head.patrol()
    visit = head.visit(round)
    found = head.issue(inspection_id=visit["id"])
    assign = head.action(found["id"], "assign", owner_id=str(village.head.id))
    submit = head.action(
        found["id"], "submit", assign, photos=[a_photo_body("after")], made_at=LATER
    )
    change = head.edit("issue", found["id"], 1, place=(None, "北门"))
    change["after"] = [submit["id"]]
    return [round, visit, found, assign, submit, change]


def desk_edits(head: Officer) -> list[dict]:
    """Two edits of the yard by others, meanwhile."""
    yard = head.village.yard
    return [
        head.edit("enterprise", yard.id, 1, contact_name=(None, "老王")),
        head.edit("enterprise", yard.id, 1, address=(yard.address, "村西")),
    ]


def state(session) -> dict[str, object]:
    """What is in force, but for when it arrived."""
    session.expire_all()
    [issue] = session.scalars(select(Issue))
    [visit] = session.scalars(select(Inspection))
    [round] = session.scalars(select(Patrol))
    yard = session.scalars(select(Enterprise).where(Enterprise.id == visit.enterprise_id)).one()
    actions = select(IssueAction.action, IssueAction.from_state, IssueAction.to_state)
    return {
        "issue": (issue.state, issue.place, issue.version, issue.owner_id, issue.occurred_at),
        "actions": session.execute(actions.order_by(IssueAction.id)).all(),
        "visit": (visit.patrol_id, visit.occurred_at, visit.grid_id),
        "round": (round.id, round.occurred_at),
        "yard": (yard.contact_name, yard.address, yard.version),
        "open": session.scalars(
            select(Quarantined.id).where(Quarantined.state.notin_(["entered"]))
        ).all(),
    }


def test_all_orders_of_a_chain_and_two_edits_end_alike(village, head) -> None:
    """Takes 8 s: of 24 orders, each in the same village as it was; all 720 in `make prove`."""
    links, edits = chain(head), desk_edits(head)
    ends = []
    for n, order in enumerate(orders()):
        db.session.remove()
        before = db.engines[None].begin_nested()
        sent = [links[step] for step in order]
        for at, desk_edit in zip(sorted(Random(n).sample(range(8), 2)), edits, strict=True):
            sent.insert(at, desk_edit)
        for record in sent:
            [answer] = head.push(record)
            assert answer["verdict"] in {"accepted", "held"}, (order, answer)
        verdicts = head.verdicts(*links)
        assert verdicts == ["duplicate"] * 6, (order, verdicts)
        with transaction(HERE) as session:
            ends.append(state(session))
            assert verify(session) is None
        db.session.remove()
        before.rollback()

    assert all(end == ends[0] for end in ends)
    assert ends[0]["issue"][:2] == ("submitted", "北门")
    assert ends[0]["yard"][:2] == ("老王", "村西")
    assert ends[0]["open"] == []
