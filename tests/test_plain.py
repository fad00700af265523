"""What the short cut reads, the schema reads likewise; where it doubts, the schema speaks."""

from copy import deepcopy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from marshmallow import Schema, ValidationError

from gridsvc.plain import reader
from gridsvc.sync.kinds import KINDS
from gridsvc.sync.schemas import RecordSchema

ID, MOMENT = "01930000-0000-7000-8000-000000000001", "2026-03-02T09:00:00+08:00"
HERE = {"position": {"type": "Point", "coordinates": [122.07, 41.12]}, "crs": "gcj02"}
PHOTO = {"sha256": "0" * 64, "taken_at": MOMENT, "purpose": "before", **HERE, "accuracy_m": 5}

# A body of each kind with all that it can say, or nearly.
WHOLE: dict[str, Any] = {
    "inspection": {
        "made_at": MOMENT, "enterprise_id": ID, "checklist_id": ID, "patrol_id": ID,
        "corrects_id": ID, "findings": "料场未覆盖", "accuracy_m": 8, **HERE, "photos": [PHOTO],
        "answers": [{"item": "a", "result": "ok"}, {"item": "b", "result": "problem", "note": "n"}],
        "gps_at": MOMENT, "uptime_s": 12.5, "is_mock": False,
    },
    "issue": {
        "made_at": MOMENT, "category": "dust", "severity": "minor", "description": "d",
        "place": "p", **HERE, "urgent": True, "photos": [PHOTO],
    },
    "issue_action": {
        "made_at": MOMENT, "issue_id": ID, "action": "assign", "version": 3, "unit_id": ID,
        "due_on": "2026-03-09", "due_kinds": ["immediate", "long_term"], "photos": [],
    },
    "patrol": {"made_at": MOMENT, "grid_id": ID, **HERE, "companions": [ID, ID]},
    "track": {
        "made_at": MOMENT, "patrol_id": ID, "seq": 1, "crs": "gcj02",
        "points": [[122.07, 41.12, 1_772_413_200, 8], [122.08, 41.12, 1_772_413_230.5, None]],
    },
    "patrol_end": {
        "made_at": MOMENT, "patrol_id": ID,
        "facts": {"points": 2, "distance_m": 830, "pauses": [[1_772_413_200, 1_772_413_230]]},
    },
    "day_close": {
        "made_at": MOMENT, "grid_id": ID, "day": "2026-03-02", "visits": 0, "problems": 0,
        "unvisited": [{"enterprise_id": ID, "reason": "停产"}],
    },
    "enterprise_proposal": {
        "made_at": MOMENT, "name": " 新厂 ", "kind": "factory", **HERE, "photos": [PHOTO],
    },
    "edit": {
        "made_at": MOMENT, "subject_kind": "enterprise", "subject_id": ID,
        "base_version": 1, "changes": {"contact_name": {"from": "甲", "to": None}},
    },
}  # fmt: skip

NASTY = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text("ab料", max_size=3),
    st.just("\0"), st.just("\ud800"), st.just(2**60), st.just(10**400), st.just("8"),
    st.just(ID.upper()), st.just(f"{{{ID}}}"), st.just("2026-03-02"), st.just(True),
    st.just("2026-03-02T09:00:00"), st.just("2026-03-02T09:00:00Z"),
    st.just("0001-01-01T00:00:00+14:00"), st.just([]), st.just({}),
    st.just([{}]), st.just([None]), st.just(1.0), st.just("x" * 5000),
)  # fmt: skip


@st.composite
def bodies(draw: st.DrawFn) -> tuple[str, Any]:
    """A body of some kind, with a few values replaced, lacking, or never heard of."""
    kind = draw(st.sampled_from(sorted(WHOLE)))
    body = deepcopy(WHOLE[kind])
    for _ in range(draw(st.integers(0, 3))):
        _spoil(draw, body)
    return kind, body


def _spoil(draw: st.DrawFn, value: Any) -> None:
    keys = list(value) if isinstance(value, dict) else list(range(len(value)))
    if not keys:
        return
    key = draw(st.sampled_from(keys))
    if isinstance(value[key], dict | list) and draw(st.booleans()):
        _spoil(draw, value[key])
    elif isinstance(value, dict) and draw(st.booleans()):
        told = value.pop(key)
        if draw(st.booleans()):
            value[f"{key}x"] = told
    else:
        value[key] = deepcopy(draw(NASTY))  # it may be spoilt in turn


def as_ever(schema: Schema, body: Any) -> Any:
    return _told(lambda: Schema.load(schema, deepcopy(body)))


def sooner(schema: Schema, body: Any) -> Any:
    return _told(lambda: schema.load(deepcopy(body)))


def _told(load: Any) -> Any:
    try:
        return "read", _in_order(load())
    except ValidationError as wrong:
        return "refused", wrong.messages


def _in_order(value: Any) -> str:
    """Tell a value, whatever the order of names in it."""
    if isinstance(value, dict):
        return repr({name: _in_order(value[name]) for name in sorted(value)})
    if isinstance(value, list):
        return repr([_in_order(one) for one in value])
    return repr(value)


def test_there_is_a_body_of_every_kind_and_the_short_cut_reads_it():
    assert set(WHOLE) == set(KINDS)
    for kind, body in WHOLE.items():
        schema = KINDS[kind].schema
        assert _in_order(reader(schema)(deepcopy(body))) == as_ever(schema, body)[1]


@settings(max_examples=150, deadline=None)
@given(bodies())
def test_a_body_is_read_or_refused_as_ever(told: tuple[str, Any]):
    kind, body = told
    assert sooner(KINDS[kind].schema, body) == as_ever(KINDS[kind].schema, body)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_record_is_read_or_refused_as_ever(data: st.DataObject):
    record = {"kind": "patrol", "id": ID, "made_at": MOMENT, "device_seq": 1, "body": {"a": 1}}
    _spoil(data.draw, record)
    assert sooner(RecordSchema(), record) == as_ever(RecordSchema(), record)
