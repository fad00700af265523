from datetime import UTC, datetime

from gridsvc.demo.chance import chance
from gridsvc.ids import moment_of, named_id

NOON = datetime(2026, 10, 5, 4, 0, 0, 250_000, tzinfo=UTC)


def test_each_subject_has_its_own_chance_and_always_the_same():
    assert chance(1, "a").random() == chance(1, "a").random()
    assert len({chance(1, "a").random(), chance(1, "b").random(), chance(2, "a").random()}) == 3


def test_a_named_id_is_a_uuid7_of_its_moment_and_always_the_same():
    id = named_id(NOON, "patrol", "田家村")
    assert id == named_id(NOON, "patrol", "田家村")
    assert id.version == 7
    assert id.variant == "specified in RFC 4122"
    assert moment_of(id) == NOON


def test_other_names_and_moments_have_other_ids():
    later = NOON.replace(hour=5)
    assert len({named_id(NOON, "a"), named_id(NOON, "b"), named_id(later, "a")}) == 3
    assert named_id(NOON, "b") < named_id(later, "a")
