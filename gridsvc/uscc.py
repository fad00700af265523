"""The unified social credit code (统一社会信用代码): 18 characters, GB 32100."""

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # no I, O, S, V, Z, which look like digits
LENGTH = 18

_VALUE = {character: value for value, character in enumerate(ALPHABET)}
_WEIGHTS = [pow(3, place, 31) for place in range(LENGTH - 1)]


def check_digit(first17: str) -> str:
    """Return the character that completes `first17`, which is spelled in ALPHABET."""
    total = sum(
        weight * _VALUE[character] for weight, character in zip(_WEIGHTS, first17, strict=True)
    )
    return ALPHABET[-total % 31]


def is_valid(code: str) -> bool:
    """Say whether `code` is well spelled and its check digit agrees.

    The first character names the registering office and may be a letter.
    """
    return (
        len(code) == LENGTH
        and all(character in _VALUE for character in code)
        and code[2:8].isdecimal()
        and check_digit(code[:-1]) == code[-1]
    )
