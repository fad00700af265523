"""python -m tests.simulator [HONEST FORGED]"""

import sys

from tests.simulator.score import simulate

honest_days, forged_days = map(int, sys.argv[1:] or (5000, 500))
for line in simulate(honest_days, forged_days).lines():
    sys.stdout.write(f"{line}\n")
