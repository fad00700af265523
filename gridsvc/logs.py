"""Structured logs: one JSON object a line, or coloured columns where a person is watching.

Every line written during a request bears its `request_id`, which the answer gives back in
X-Request-Id; every request leaves one line when it is answered.
"""

import logging
import re
import sys
from time import perf_counter
from typing import Any, TextIO

import structlog
from flask import Flask, Response, g, has_request_context, request
from structlog.contextvars import bind_contextvars, clear_contextvars

from gridsvc.ids import new_id

HEADER = "X-Request-Id"
SANE = re.compile(r"[A-Za-z0-9._-]{8,64}")
PROBES = ("/healthz", "/readyz")  # asked every few seconds: their lines are for debugging

log = structlog.get_logger("gridsvc.access")

BEFORE: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
]


def init_app(app: Flask) -> None:
    """Write structured logs, at LOG_LEVEL, and follow every request."""
    configure(app.config["LOG_LEVEL"])
    app.before_request_funcs.setdefault(None, []).insert(0, _begin)
    app.after_request(_end)
    app.teardown_request(_forget)


def configure(level: str, stream: TextIO | None = None) -> None:
    """Send what this process logs, through structlog or the standard library, to `stream`.

    Without one, to the standard error. That a job was queued is no news: its worker tells of it.
    """
    stream = stream or sys.stderr
    for_people = stream.isatty()
    after: list[Any] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if for_people:
        after += [structlog.dev.ConsoleRenderer()]
    else:
        after += [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(processors=after, foreign_pre_chain=BEFORE)
    )
    logging.root.handlers = [handler]
    logging.root.setLevel(level.upper())
    logging.getLogger("procrastinate.jobs").setLevel(max(logging.WARNING, logging.root.level))
    structlog.configure(
        processors=[*BEFORE, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )


def request_id() -> str | None:
    """Return the id of the request being answered, or None outside of one."""
    return g.get("request_id") if has_request_context() else None


def _begin() -> None:
    g.began = perf_counter()
    said = request.headers.get(HEADER, "")
    g.request_id = said if SANE.fullmatch(said) else new_id().hex
    clear_contextvars()
    bind_contextvars(request_id=g.request_id)


def _end(response: Response) -> Response:
    response.headers[HEADER] = g.request_id
    level = logging.DEBUG if request.path in PROBES else logging.INFO
    caller = g.get("caller")
    log.log(
        level,
        "answered",
        method=request.method,
        route=request.url_rule.rule if request.url_rule else None,
        status=response.status_code,
        duration_ms=round((perf_counter() - g.began) * 1000, 1),
        jurisdiction=getattr(caller, "jurisdiction_id", None),
        person=getattr(caller, "person_id", None),
    )
    return response


def _forget(_: BaseException | None) -> None:
    clear_contextvars()
