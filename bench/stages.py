"""Where the time of a batch goes: pushed inside this process, a stopwatch at each stage."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from flask import Flask

from bench.county import Officer

WARM_UP, ROUNDS = 5, 30


class Stopwatch:
    """What each stage took, in seconds: on the wall, and of this process's CPU."""

    def __init__(self) -> None:
        self.wall: dict[str, float] = defaultdict(float)
        self.cpu: dict[str, float] = defaultdict(float)

    @contextmanager
    def around(self, stage: str) -> Iterator[None]:
        began, began_cpu = time.perf_counter(), time.process_time()
        try:
            yield
        finally:
            self.wall[stage] += time.perf_counter() - began
            self.cpu[stage] += time.process_time() - began_cpu

    def on(self, stage: str, run: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*args: Any, **kwargs: Any) -> Any:
            with self.around(stage):
                return run(*args, **kwargs)

        return timed


def measure(app: Flask, officer: Officer, size: int) -> Stopwatch:
    """Push batches of `size`; return what each stage took of all of them after the warm-up."""
    from gridsvc import synced
    from gridsvc.audit import service as audit
    from gridsvc.inspections import service as inspections
    from gridsvc.session import Session
    from gridsvc.signing import Signer
    from gridsvc.sync import routes

    stages = (
        ("read and validate", routes, "read"),
        ("what the rules need", inspections, "_circumstances"),
        ("rules", inspections, "judged"),
        ("clock and INSERT", inspections, "enter"),
        ("of which the clock", synced, "tick"),
        ("trail", audit, "record"),
        ("commit", Session, "commit"),
        ("receipts, with signing", routes, "receipts"),
        ("of which signing", Signer, "sign"),
        ("all", app, "full_dispatch_request"),
    )
    watch = Stopwatch()
    with ExitStack() as stack:
        for stage, owner, name in stages:
            stack.enter_context(patch.object(owner, name, watch.on(stage, getattr(owner, name))))
        client = app.test_client()
        for n in range(WARM_UP + ROUNDS):
            if n == WARM_UP:
                watch.wall.clear()
                watch.cpu.clear()
            records = {"records": officer.visits(size)}
            client.post("/api/v1/sync/push", json=records, headers=officer.headers)
    return watch
