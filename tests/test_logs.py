import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from flask import Flask, g

from gridsvc import logs


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Caller:
    jurisdiction_id = 211122
    person_id = "01a1ff5d-7b29-7612-9efc-000000000000"


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What is logged, as a file would see it; afterwards logging is as it was."""
    handlers, level, configuration = (
        logging.root.handlers,
        logging.root.level,
        structlog.get_config(),
    )
    stream = io.StringIO()
    yield stream
    logging.root.handlers = handlers
    logging.root.setLevel(level)
    structlog.configure(**configuration)


@pytest.fixture
def app(written: io.StringIO) -> Flask:
    app = Flask(__name__)
    app.config["LOG_LEVEL"] = "info"
    logs.init_app(app)
    logs.configure("info", written)

    @app.get("/grids/<code>")
    def grid(code: str) -> str:
        g.caller = Caller
        logging.getLogger("gridsvc.test").info("looked up %s", code)
        return str(logs.request_id())

    @app.get("/healthz")
    def healthz() -> str:
        return "ok"

    @app.get("/broken")
    def broken() -> str:
        raise ValueError("as it must")

    return app


def lines(written: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written.getvalue().splitlines()]


def test_a_request_leaves_one_line_that_says_who_asked_what(
    app: Flask, written: io.StringIO
) -> None:
    app.test_client().get("/grids/211122001?name=secret")
    line = lines(written)[-1]
    assert line.pop("duration_ms") >= 0
    assert line.pop("timestamp").endswith("Z")
    assert len(line.pop("request_id")) == 32
    assert line == {
        "event": "answered",
        "logger": "gridsvc.access",
        "level": "info",
        "method": "GET",
        "route": "/grids/<code>",
        "status": 200,
        "jurisdiction": 211122,
        "person": "01a1ff5d-7b29-7612-9efc-000000000000",
    }


def test_all_lines_of_a_request_bear_its_id_and_so_does_the_answer(
    app: Flask, written: io.StringIO
) -> None:
    answer = app.test_client().get("/grids/1", headers={"X-Request-Id": "phone-7.0042"})
    assert answer.headers["X-Request-Id"] == answer.text == "phone-7.0042"
    assert {line["request_id"] for line in lines(written)} == {"phone-7.0042"}
    assert lines(written)[0]["event"] == "looked up 1"


@pytest.mark.parametrize("said", ["short", "x" * 65, 'forged"line', "two words"])
def test_an_id_that_is_no_plain_token_is_replaced(said: str, app: Flask) -> None:
    answer = app.test_client().get("/grids/1", headers={"X-Request-Id": said})
    assert answer.headers["X-Request-Id"] != said
    assert len(answer.headers["X-Request-Id"]) == 32


def test_the_next_request_has_an_id_of_its_own(app: Flask, written: io.StringIO) -> None:
    client = app.test_client()
    assert client.get("/grids/1").text != client.get("/grids/1").text
    logging.getLogger("gridsvc.test").warning("between requests")
    assert "request_id" not in lines(written)[-1]


def test_an_error_is_one_line_too_with_its_traceback(app: Flask, written: io.StringIO) -> None:
    app.test_client().get("/broken")
    error, access = lines(written)
    assert "ValueError: as it must" in error["exception"]
    assert access["status"] == 500
    assert error["request_id"] == access["request_id"]


def test_nowhere_has_no_route_and_probes_are_not_worth_a_line(
    app: Flask, written: io.StringIO
) -> None:
    app.test_client().get("/healthz")
    app.test_client().get("/nowhere")
    assert [(line["route"], line["status"]) for line in lines(written)] == [(None, 404)]


def test_a_person_at_a_terminal_gets_columns(app: Flask) -> None:
    terminal = Terminal()
    logs.configure("info", terminal)
    app.test_client().get("/grids/1")
    assert "answered" in terminal.getvalue()
    assert not terminal.getvalue().startswith("{")


def test_that_a_job_was_queued_is_no_news(app: Flask, written: io.StringIO) -> None:
    logging.getLogger("procrastinate.jobs").info("Deferred 1 job")
    logging.getLogger("procrastinate.worker").info("Job ended")
    assert [line["event"] for line in lines(written)] == ["Job ended"]
