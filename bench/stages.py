"""Where the time of a batch goes: pushed inside this process, a stopwatch at each stage."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pkgutil import resolve_name
from typing import Any
from unittest.mock import patch

from flask import Flask

from bench.county import Officer

WARM_UP, ROUNDS = 5, 30

# What each stage is, by the place where whoever runs it looks it up.
STAGES = {
    "who is asking": "gridsvc.signin.authenticate.authenticate",
    "known from before": "gridsvc.sync.intake._known",
    "read and validate": "gridsvc.sync.intake.read",
    "what the rules need": "gridsvc.inspections.service._circumstances",
    "rules": "gridsvc.inspections.service.judged",
    "clock and INSERT": "gridsvc.inspections.service.enter",
    "of which the clock": "gridsvc.synced.tick",
    "visits that count": "gridsvc.marks.visits.note",
    "flags": "gridsvc.flags.service.raise_flags",
    "days to be weighed": "gridsvc.flags.service.mark_unweighed",
    "suspicions": "gridsvc.inspections.service.suspicions",
    "trail": "gridsvc.audit.service.record",
    "commit": "gridsvc.session.Session.commit",
    "who waited for it": "gridsvc.sync.intake.release",
    "receipts, with signing": "gridsvc.sync.routes.receipts",
    "the answer": "gridsvc.sync.routes._answered",
    "of which signing": "gridsvc.signing.Signer.sign",
}


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
    watch = Stopwatch()
    with ExitStack() as stack:
        for stage, path in STAGES.items():
            owner, name = place_of(path)
            stack.enter_context(patch.object(owner, name, watch.on(stage, getattr(owner, name))))
        stack.enter_context(
            patch.object(app, "full_dispatch_request", watch.on("all", app.full_dispatch_request))
        )
        client = app.test_client()
        for n in range(WARM_UP + ROUNDS):
            if n == WARM_UP:
                watch.wall.clear()
                watch.cpu.clear()
            records = {"records": officer.visits(size)}
            client.post("/api/v1/sync/push", json=records, headers=officer.headers)
    return watch


def place_of(path: str) -> tuple[Any, str]:
    """Return the module or class that a stage is looked up in when it runs, and its name there."""
    owner, _, name = path.rpartition(".")
    return resolve_name(owner), name
