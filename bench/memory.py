"""What each web process holds in memory, over a minute of load, or over as many as one likes.

    python -m bench.memory [SECONDS]

Batches, single records, photos and pulls of what changed at once, from eight clients. The memory
of a process grows while it warms up (its caches have bounds); after that it stays. Over ten
minutes or more it fails if a process went on growing.
"""

import json
import os
import sys
import time

from bench import clients
from bench.clients import Address
from bench.county import Officer, a_base_photo, a_photo
from bench.served import a_served_county
from tests.storm.instance import Instance

CLIENTS = 8
SHORT_S, LONG_S = 60.0, 600.0
WARM = 1 / 3  # of the time
MOST_GROWTH = 0.05  # after the warm-up, of what a process held then
BATCH, SINGLES, PHOTOS = 20, 3, 2  # of a round of one client

CREW: list[Officer] = []  # clients are forked, and so know it

Memory = dict[int, float]  # MB, by process


def main(seconds: float) -> int:
    with a_served_county() as (instance, _, officers):
        start = held(instance)
        load(instance, officers, seconds * WARM)
        warm = held(instance)
        asked = load(instance, officers, seconds * (1 - WARM))
        end = held(instance)
        print(f"memory of each web process over {seconds:.0f} s; load {os.getloadavg()}")
        print(
            f"  {asked} requests after the warm-up; MB at the start, after the warm-up, at the end"
        )
        for pid in start:
            print(f"  {start[pid]:7.1f} {warm[pid]:7.1f} {end[pid]:7.1f}")
        grew = max(end[pid] / warm[pid] - 1 for pid in warm)
        print(f"  {grew:+.1%} at most, after the warm-up")
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
