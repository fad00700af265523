"""What each web process holds in memory, over a minute of load, or over as many as one likes.

    python -m bench.memory [SECONDS]

Each of eight clients pulls all that its officer has, and then sends batches, single records and
photos, and pulls what changed, over and over. The memory of a process grows while it warms up
(its caches have bounds) and with the largest answer that it gave; after that it stays. Over ten
minutes or more it fails if a process went on growing.
"""

import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor, wait

from bench import clients
from bench.clients import Address
from bench.county import Officer, a_base_photo, a_photo
from bench.served import a_served_county
from tests.storm.instance import Instance

CLIENTS = 8
SHORT_S, LONG_S = 60.0, 600.0
SAMPLES, WARM = 12, 1 / 3  # of the time
MOST_GROWTH = 0.05  # after the warm-up, of what a process held then
BATCH, SINGLES, PHOTOS = 20, 3, 2  # of a round of one client

CREW: list[Officer] = []  # clients are forked, and so know it

Memory = dict[int, float]  # MB, by process


def main(seconds: float) -> int:
    with a_served_county() as (instance, _, officers), ThreadPoolExecutor() as aside:
        busy = aside.submit(load, instance, officers, seconds)
        seen = [held(instance)]
        while not wait([busy], seconds / SAMPLES).done:
            seen.append(held(instance))
        print(f"memory of each web process over {seconds:.0f} s; load {os.getloadavg()}")
        print(f"  {busy.result()} requests; MB at the start and {SAMPLES} times after it")
        for pid in seen[0]:
            print("  " + " ".join(f"{each[pid]:.0f}" for each in seen))
        warm, end = seen[round(SAMPLES * WARM)], seen[-1]
        grew = max(end[pid] / warm[pid] - 1 for pid in warm)
        print(f"  {grew:+.1%} at most, after the first third")
    return 1 if seconds >= LONG_S and grew > MOST_GROWTH else 0


def held(instance: Instance) -> Memory:
    """Return the resident memory of each worker."""
    _, *workers = instance.web_processes
    return {one.pid: one.memory_info().rss / 2**20 for one in workers}


def load(instance: Instance, officers: list[Officer], seconds: float) -> int:
    """Keep the service busy; return how many requests it answered."""
    until = time.monotonic() + seconds
    CREW[:] = officers[:CLIENTS]
    given = [(instance.address, n, until) for n in range(CLIENTS)]
    return len(clients.in_parallel(be_busy, given))


def be_busy(address: Address, number: int, until: float) -> list[float]:
    """Ask as a phone does, over and over."""
    officer, took = CREW[number], list[float]()
    base, headers, cursor = a_base_photo(), officer.headers, ""
    while time.monotonic() < until:
        batch = json.dumps({"records": officer.visits(BATCH)}).encode()
        took += clients.push(address, headers, [batch])
        took += clients.put(address, headers, officer.visits(SINGLES))
        taken = [a_photo(base, n) for n in range(PHOTOS)]
        took += clients.bring_photos(address, headers, taken)
        cursor = clients.cursor_after(address, headers, cursor)
    return took


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else SHORT_S))
