"""Write the golden files anew, from the slow oracle: only when the rules are changed on purpose.

    python -m tests.rules.golden_files

Read the difference before it is committed: every line of it is a visit that somebody owes, or
owes no more.
"""

import csv

from tests.rules.sixty_days import WORLDS
from tests.rules.test_golden import GOLDEN, HEADER, by_oracle


def write() -> None:
    GOLDEN.mkdir(exist_ok=True)
    for name in WORLDS:
        with (GOLDEN / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file, lineterminator="\n")
            rows.writerows([HEADER, *by_oracle(name)])


if __name__ == "__main__":
    write()
