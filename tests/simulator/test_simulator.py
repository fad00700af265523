"""The rules against the simulator, in a short form. `make prove` judges 5,500 days."""

from tests.simulator.score import simulate


def test_honest_days_stay_clean_and_forged_days_are_found() -> None:
    """By seed; the bounds leave room for what so few days can show."""
    result = simulate(honest_days=120, forged_days=60)

    assert result.recall >= 0.93, "\n".join(result.lines())
    assert result.false_rate <= 0.02, "\n".join(result.lines())
    assert all(result.flagged[kind] for kind in result.days if kind != "honest")
