"""Five links, and what each kind of tampering looks like."""

from dataclasses import dataclass, replace
from uuid import UUID

import pytest

from gridsvc.actor import person
from gridsvc.audit.rules import BEGINNING, Act, Break, chain, first_break
from gridsvc.ids import new_id
from tests.factories.inspections import NOON

SOMEBODY = new_id()


@dataclass(frozen=True)
class Line:
    seq: int
    at: object
    actor: str
    person_id: UUID
    deed: str
    subject_kind: str
    subject_id: UUID
    text: str
    hash: str


def lines() -> list[Line]:
    acts = [Act(deed="visit", subject_kind="test", subject_id=new_id()) for _ in range(5)]
    links = chain(acts, jurisdiction_id=1, after=(0, BEGINNING), by=person(SOMEBODY), at=NOON)
    return [
        Line(link.seq, link.at, f"person:{SOMEBODY}", SOMEBODY, link.act.deed,
             link.act.subject_kind, link.act.subject_id, link.text, link.hash)
        for link in links
    ]  # fmt: skip


@pytest.fixture
def trail() -> list[Line]:
    return lines()


def broken(trail: list[Line], head: Line) -> Break | None:
    return first_break(trail, (head.seq, head.hash))


def test_an_untouched_trail_holds(trail) -> None:
    assert broken(trail, trail[-1]) is None


@pytest.mark.parametrize(
    "change",
    [
        {"deed": "other"},
        {"actor": "system:x"},
        {"person_id": new_id()},
        {"subject_id": new_id()},
        {"at": NOON.replace(hour=1)},
        {"hash": "sha256:00"},
    ],
)
def test_an_edit_of_any_column_shows(trail, change) -> None:
    head = trail[-1]
    trail[2] = replace(trail[2], **change)
    assert broken(trail, head) == Break(3, "altered")


def test_an_edit_of_the_text_shows_even_re_hashed(trail) -> None:
    head, forged = trail[-1], lines()[2]
    trail[2] = replace(trail[2], text=forged.text, hash=forged.hash, subject_id=forged.subject_id)
    assert broken(trail, head) == Break(3, "does not follow the one before")


def test_a_removal_shows(trail) -> None:
    head = trail[-1]
    del trail[2]
    assert broken(trail, head) == Break(3, "missing")


def test_a_removal_that_closes_the_gap_shows(trail) -> None:
    head = trail[-1]
    del trail[2]
    trail[2:] = [replace(line, seq=line.seq - 1) for line in trail[2:]]
    assert broken(trail, head) == Break(3, "does not follow the one before")


def test_a_re_ordering_shows(trail) -> None:
    head = trail[-1]
    trail[1], trail[2] = replace(trail[2], seq=2), replace(trail[1], seq=3)
    assert broken(trail, head) == Break(2, "does not follow the one before")


def test_a_cut_off_end_shows(trail) -> None:
    head = trail[-1]
    assert broken(trail[:3], head) == Break(4, "cut off before the head")


def test_garbage_in_place_of_a_line_shows(trail) -> None:
    head = trail[-1]
    trail[0] = replace(trail[0], text="garbage")
    assert broken(trail, head) == Break(1, "does not follow the one before")


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("altered", "altered"),
        ("missing", "missing"),
        ("does not follow the one before", "out_of_order"),
        ("cut off before the head", "cut_off"),
        ("cut off: the anchor of 2026-03-02 has seen line 12", "cut_off"),
        ("rewritten here or before: the anchor of 2026-03-02 differs", "rewritten"),
        ("stands after the head", "beyond"),
        ("the anchor of 2026-03-02 was not signed with this key, or was altered.", "anchor"),
    ],
)
def test_a_break_is_named_in_one_word(reason: str, kind: str) -> None:
    assert Break(1, reason).kind == kind
