import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from gridsvc.children import Children, Crashed

FOR_EVER = "import signal; print('here', flush=True); signal.pause()"
STUBBORN = "import signal; signal.signal(15, signal.SIG_IGN);" + FOR_EVER
POLITE = """
import signal
def end(*_):
    open("ended", "a").write("{0} ")
    raise SystemExit
signal.signal(signal.SIGTERM, end)
print("here", flush=True)
signal.pause()
"""
PARENT = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {STUBBORN!r}])"


@pytest.fixture
def children(tmp_path: Path) -> Iterator[Children]:
    children = Children({**os.environ, "GREETING": "hello"}, tmp_path, tmp_path / "log")
    yield children
    children.stop()


def python(program: str) -> tuple[str, ...]:
    return (sys.executable, "-c", program)


def test_the_end_of_one_is_a_crash_that_quotes_its_last_lines(children: Children) -> None:
    children.start("web", *python(FOR_EVER))
    noisy = "import os\nfor n in range(30): print(os.environ['GREETING'], n)\nraise SystemExit(3)"
    children.start("worker", *python(noisy))
    with pytest.raises(Crashed) as crash:
        children.watch()
    said = str(crash.value).splitlines()
    assert "worker ended with exit code 3" in said[0]
    assert said[1:] == [f"hello {n}" for n in range(10, 30)]


def test_one_may_end_that_is_waited_for(children: Children) -> None:
    children.start("web", *python(FOR_EVER))
    assert children.wait_for(children.start("demo", *python("raise SystemExit(4)"))) == 4
    children.watch(timeout_s=0)


def test_another_may_not_end_meanwhile(children: Children) -> None:
    children.start("web", *python("raise SystemExit(5)"))
    with pytest.raises(Crashed, match=r"web ended with exit code 5"):
        children.wait_for(children.start("demo", *python(FOR_EVER)))


def test_they_are_asked_to_end_the_last_one_first(children: Children, tmp_path: Path) -> None:
    for name in ("web", "worker"):
        child = children.start(name, *python(POLITE.format(name)))
        wait_until_it_speaks(child.log)
    children.stop()
    assert (tmp_path / "ended").read_text() == "worker web "


def test_nothing_that_they_started_is_left_behind(children: Children) -> None:
    child = children.start("web", *python(PARENT))
    wait_until_it_speaks(child.log)
    grandchildren = psutil.Process(child.process.pid).children(recursive=True)
    assert len(grandchildren) == 1
    children.stop()
    psutil.wait_procs(grandchildren, timeout=5)
    assert not any(
        process.is_running() and process.status() != "zombie" for process in grandchildren
    )


def test_one_that_will_not_end_is_killed(
    children: Children, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gridsvc.children.GRACE_S", 0.1)
    child = children.start("web", *python(STUBBORN))
    wait_until_it_speaks(child.log)
    children.stop()
    assert child.process.returncode == -signal.SIGKILL


def test_the_log_of_the_previous_run_is_kept(children: Children, tmp_path: Path) -> None:
    for word in ("first", "second"):
        children.wait_for(children.start("web", *python(f"print({word!r})")))
    assert (tmp_path / "log" / "web.log").read_text() == "second\n"
    assert (tmp_path / "log" / "web.log.1").read_text() == "first\n"


def wait_until_it_speaks(log: Path | None) -> None:
    assert log is not None
    while not log.read_text():
        os.sched_yield()
