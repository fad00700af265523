from bench.stages import STAGES, place_of


def test_every_stage_that_is_measured_is_there():
    for path in STAGES.values():
        owner, name = place_of(path)
        assert callable(getattr(owner, name)), path
