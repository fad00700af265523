"""A line of the bench: the rate of what ran, how long each took, what each cost."""

import statistics
import time
from collections.abc import Callable, Sequence

import psutil

from tests.storm.instance import Instance


def report(
    instance: Instance, name: str, many: int, run: Callable[[], list[float]], *, tail: int = 99
) -> float:
    """Print the rate of `run`, its latency, what each of `many` costs in CPU; return the rate."""
    web_s, database_s, began = (
        cpu_s(instance.web_processes), cpu_s(instance.database_processes), time.perf_counter(),
    )  # fmt: skip
    took = run()
    wall_s = time.perf_counter() - began
    web_ms = (cpu_s(instance.web_processes) - web_s) / many * 1e3
    database_ms = (cpu_s(instance.database_processes) - database_s) / many * 1e3
    line = f"{name:28} {many / wall_s:7.0f}/s  CPU ms each: Python {web_ms:6.3f}"
    print(f"{line}  PostgreSQL {database_ms:6.3f}{latency(took, tail)}", flush=True)
    return many / wall_s


def latency(took: Sequence[float], tail: int) -> str:
    if not took:
        return ""
    hundredths = statistics.quantiles(took, n=100)
    return f"  p50 {hundredths[49] * 1e3:.0f} ms, p{tail} {hundredths[tail - 1] * 1e3:.0f} ms"


def cpu_s(processes: Sequence[psutil.Process]) -> float:
    """Of these processes; the first answers for those that it started and that have ended."""
    first, *others = processes
    return sum(first.cpu_times()[:4]) + sum(sum(one.cpu_times()[:2]) for one in others)
