"""Merging three ways, without a database: what was read, what stands, what is wanted."""

import pytest

from gridsvc.edits.rules import EDITABLE, EditReport, NotEditable, check, chosen, merge
from gridsvc.enterprises.models import Enterprise
from gridsvc.issues.models import Issue

STANDS = {"address": "村东", "contact_name": "老王", "contact_phone": "1"}


def edit(base_version: int = 3, /, **changes: tuple[str | None, str | None]) -> EditReport:
    told = {name: {"from": before, "to": after} for name, (before, after) in changes.items()}
    return EditReport(
        envelope=None,  # type: ignore[arg-type]
        subject_kind="enterprise", subject_id=None,  # type: ignore[arg-type]
        base_version=base_version, changes=told,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("base", "change", "applied", "overlaps", "state"),
    [
        (3, ("村东", "村西"), {"address": "村西"}, [], "merged"),
        (2, ("村东", "村西"), {"address": "村西"}, [], "soft"),  # somebody changed another field
        (2, ("老址", "村西"), {}, ["address"], "hard"),
        (2, ("老址", "村东"), {}, [], "soft"),  # both wrote the same
        (3, ("村东", "村东"), {}, [], "merged"),
    ],
)
def test_a_field_takes_its_value_unless_somebody_else_gave_it_another(
    base, change, applied, overlaps, state
) -> None:
    merged = merge(edit(base, address=change), STANDS, 3)

    assert (merged.applied, list(merged.overlaps), merged.state) == (applied, overlaps, state)


def test_one_field_in_conflict_keeps_no_other_from_its_value() -> None:
    merged = merge(edit(2, address=("老址", "村西"), contact_name=("老王", "小王")), STANDS, 3)

    assert merged.applied == {"contact_name": "小王"}
    assert merged.overlaps == {"address": {"from": "老址", "to": "村西", "theirs": "村东"}}


def test_two_edits_of_different_fields_end_alike_in_either_order() -> None:
    one, other = edit(3, address=("村东", "村西")), edit(3, contact_phone=("1", "2"))
    ends = []
    for first, second in ((one, other), (other, one)):
        state = STANDS | merge(first, STANDS, 3).applied
        ends.append(state | merge(second, state, 4).applied)

    assert ends[0] == ends[1] == STANDS | {"address": "村西", "contact_phone": "2"}


@pytest.mark.parametrize("value", [None, "", "  ", "长" * 201])
def test_an_address_is_not_emptied_nor_made_endless(value) -> None:
    with pytest.raises(NotEditable) as refusal:
        check(edit(address=("村东", value)))
    assert refusal.value.facts == {"fields": ["address"]}


def test_what_can_be_edited_is_there() -> None:
    for model in (Issue, Enterprise):
        assert set(EDITABLE[model.__tablename__]) <= set(model.__table__.c.keys())


def test_a_choice_is_made_for_each_field() -> None:
    overlaps = merge(edit(2, address=("老址", "村西")), STANDS, 3).overlaps

    assert chosen(overlaps, {"address": "to"}) == {"address": "村西"}
    assert chosen(overlaps, {"address": "theirs"}) == {}
