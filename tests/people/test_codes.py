from gridsvc.people.codes import UNMISTAKABLE, code_digest, new_code, secret_digest


def test_a_code_has_four_groups_of_four_letters_that_cannot_be_mistaken() -> None:
    code = new_code()

    assert [len(group) for group in code.split("-")] == [4, 4, 4, 4]
    assert set(code) <= {*UNMISTAKABLE, "-"}
    assert not {*UNMISTAKABLE} & {*"01OI"}


def test_codes_differ() -> None:
    assert len({new_code() for _ in range(100)}) == 100


def test_a_code_is_the_same_however_it_is_typed() -> None:
    digest = secret_digest("7KQ2ABCD2345WXYZ")

    for typed in ("7KQ2-ABCD-2345-WXYZ", " 7kq2 abcd 2345 wxyz ", "7kq2abcd2345wxyz"):
        assert code_digest(typed) == digest
    assert code_digest("7KQ2-ABCD-2345-WXYY") != digest
