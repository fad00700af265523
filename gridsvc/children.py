"""Processes that live and die together."""

import os
import shutil
import signal
import subprocess
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread

GRACE_S = 15  # how long a process may take to end what it is doing
LAST_LINES = 20


class Crashed(Exception):
    """A process that should run for ever has ended. The message has its last words."""


@dataclass(frozen=True)
class Child:
    name: str
    process: "subprocess.Popen[bytes]"
    log: Path | None  # None: it speaks to the terminal itself


class Children:
    """The processes that one supervisor started: they share an environment and a fate.

    Each has a session of its own, so that Ctrl-C reaches the supervisor alone, and is
    told to end by the kernel should the supervisor be killed.
    """

    def __init__(self, environ: Mapping[str, str], directory: Path, logs: Path) -> None:
        self._environ = dict(environ)
        self._directory = directory
        self._logs = logs
        self._running: list[Child] = []
        self._ended: SimpleQueue[Child] = SimpleQueue()

    def start(self, name: str, *command: str, is_heard: bool = False) -> Child:
        """Start a process; unless it `is_heard` on the terminal, it writes `name`.log."""
        log = None if is_heard else self._fresh_log(name)
        output = log.open("ab") if log else None
        process = subprocess.Popen(  # noqa: S603
            [*_outlived_by_nobody(), *command],
            env=self._environ,
            cwd=self._directory,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT if output else None,
            start_new_session=True,
        )
        if output:
            output.close()
        child = Child(name, process, log)
        self._running.append(child)
        Thread(target=self._watch, args=(child,), daemon=True).start()
        return child

    def wait_for(self, child: Child) -> int:
        """Wait until `child` ends by itself; return its exit code. Another's end is a crash."""
        while (ended := self._ended.get()) is not child:
            raise _crash(ended)
        self._running.remove(child)
        return child.process.wait()

    def watch(self, timeout_s: float | None = None) -> None:
        """Return after `timeout_s`, or never; raise Crashed as soon as a process ends."""
        try:
            ended = self._ended.get(timeout=timeout_s)
        except Empty:
            return
        raise _crash(ended)

    def stop(self) -> None:
        """End them all, the last one first, each with time to finish what it is doing."""
        while self._running:
            child = self._running.pop()
            _signal(child, signal.SIGTERM)
            try:
                child.process.wait(GRACE_S)
            except subprocess.TimeoutExpired:
                _signal(child, signal.SIGKILL)
                child.process.wait()
            _signal(child, signal.SIGKILL)  # what it may have left behind

    def _watch(self, child: Child) -> None:
        child.process.wait()
        self._ended.put(child)

    def _fresh_log(self, name: str) -> Path:
        """Return an empty log file; the one of the previous run stands beside it."""
        self._logs.mkdir(parents=True, exist_ok=True)
        log = self._logs / f"{name}.log"
        if log.exists():
            log.replace(self._logs / f"{name}.log.1")
        return log


def _outlived_by_nobody() -> list[str]:
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "TERM"] if setpriv else []


def _signal(child: Child, number: int) -> None:
    """Signal a child and all that it has started."""
    try:
        os.killpg(child.process.pid, number)
    except ProcessLookupError:
        return


def _crash(child: Child) -> Crashed:
    said = f"{child.name} ended with exit code {child.process.returncode}."
    if child.log is None:
        return Crashed(said)
    with child.log.open(errors="replace") as lines:
        last = "".join(deque(lines, LAST_LINES))
    return Crashed(f"{said} The end of {child.log}:\n{last}".rstrip())
