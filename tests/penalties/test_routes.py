import pytest

LIST = "/api/v1/enterprises"


@pytest.fixture
def ask(client, as_, village):
    """POST as the dispatcher, or as somebody else."""

    def _ask(path, body, person=village.dispatcher):
        return client.post(f"{LIST}{path}", json=body, headers=as_(person))

    return _ask


def test_a_penalty_is_entered_once_and_withdrawn_with_a_reason(ask, village) -> None:
    path = f"/{village.yard.id}/penalties"
    decision = {
        "number": "盘环罚〔2026〕7号", "decided_on": "2026-05-06", "authority": "生态环境分局",
        "ground": "露天堆放未覆盖", "measure": "罚款", "amount_cny": "10000.00",
    }  # fmt: skip

    entered = ask(path, decision, village.enforcer)
    assert entered.status_code == 201, entered.json
    assert entered.json["amount_cny"] == "10000.00"
    assert ask(path, decision).json["type"] == "/problems/number-taken"
    assert "amount_cny" in ask(path, decision | {"amount_cny": "-1"}).json["errors"]["json"]
    assert ask(path, decision | {"number": "8号"}, village.officer).status_code == 403
    withdrawn = ask(f"{path}/{entered.json['id']}:withdraw", {"reason": "复议撤销"})
    assert withdrawn.json["withdrawn_reason"] == "复议撤销"
    again = ask(f"{path}/{entered.json['id']}:withdraw", {"reason": "复议撤销"})
    assert again.json["type"] == "/problems/already-withdrawn"
