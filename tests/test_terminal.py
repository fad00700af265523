"""What every command does, as somebody at a shell sees it: nothing has opened a context."""

from tests.conftest import HERE


def test_an_unknown_jurisdiction_is_told_before_anything_runs(app) -> None:
    result = app.test_cli_runner().invoke(args=["audit", "verify", "--jurisdiction", "1"])

    assert result.exit_code == 2
    assert "there is no jurisdiction 1" in result.output


def test_a_refusal_is_a_sentence(app) -> None:
    args = ["people", "renew-code", "nobody", "--jurisdiction", str(HERE)]

    result = app.test_cli_runner().invoke(args=args)

    assert result.exit_code == 1
    assert result.output == "Error: Nobody here has the login nobody.\n"
