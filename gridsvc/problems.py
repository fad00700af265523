"""Errors as RFC 9457 problem details: the only file that turns a refusal into a status."""

import re
from typing import Any

from flask import Response, jsonify, request
from flask_smorest import Api
from marshmallow import RAISE, Schema, ValidationError, fields
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import HTTPException

from gridsvc.errors import Busy, Conflict, DomainError, Forbidden, Gone, NotFound, Refused

PROBLEM_JSON = "application/problem+json"

# A filter that nobody knows would silently show too much, so it is refused.
FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION = {
    **FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION,
    "query": RAISE,
}
STATUS = {NotFound: 404, Forbidden: 403, Conflict: 409, Gone: 410, Refused: 422, Busy: 429}
KEPT_HEADERS = ("Allow", "WWW-Authenticate", "Retry-After", "Content-Range", "Tus-Version")


class ProblemSchema(Schema):
    """A problem (RFC 9457). Clients switch on `type`; people read `title` and `detail`."""

    type = fields.String(required=True, metadata={"example": "/problems/not-your-grid"})
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String()
    instance = fields.String()
    errors = fields.Dict(metadata={"description": "What is wrong with each field."})


class ProblemApi(Api):
    """flask-smorest, answering, and documenting, every error as a problem."""

    ERROR_SCHEMA = ProblemSchema

    def _register_responses(self) -> None:
        self.DEFAULT_RESPONSE_CONTENT_TYPE = PROBLEM_JSON
        super()._register_responses()
        del self.DEFAULT_RESPONSE_CONTENT_TYPE

    def _register_error_handlers(self) -> None:
        super()._register_error_handlers()
        self._app.register_error_handler(DomainError, self.handle_domain_error)
        self._app.register_error_handler(ValidationError, self.handle_invalid_body)
        self._app.register_error_handler(RecursionError, self.handle_bottomless_body)

    def handle_domain_error(self, error: DomainError) -> Response:
        response = problem(status_of(error), **describe(error))
        if wait_s := error.facts.get("retry_after_s"):
            response.headers["Retry-After"] = str(wait_s)
        return response

    def handle_invalid_body(self, error: ValidationError) -> Response:
        """Answer for a body that a route read by itself."""
        return invalid({"json": error.messages})

    def handle_bottomless_body(self, _: RecursionError) -> Response:
        """Answer for JSON that is nested deeper than it can be read. Nothing else here recurses."""
        return problem(400, type="about:blank", title="Bad Request", detail="Nested too deep.")

    def handle_http_exception(self, error: HTTPException) -> Response:
        data = getattr(error, "data", None) or {}
        if errors := data.get("messages"):
            return invalid(errors, status=error.code or 422)
        response = problem(
            error.code or 500, type="about:blank", title=error.name, detail=error.description
        )
        given = error.get_response().headers
        response.headers.update({name: given[name] for name in KEPT_HEADERS if name in given})
        return response


def invalid(errors: Any, status: int = 422) -> Response:
    """Answer for a request whose fields are wrong, each named with what is wrong."""
    title = "Some fields are missing or wrong."
    return problem(status, type="/problems/invalid-fields", title=title, errors=errors)


def problem(status: int, **members: Any) -> Response:
    """Build a problem+json response. Extra members stand beside the standard ones."""
    response = jsonify(status=status, instance=request.path, **members)
    response.status_code = status  # tus has one that HTTPStatus does not know
    response.mimetype = PROBLEM_JSON
    return response


def status_of(error: DomainError) -> int:
    """Return the HTTP status of a refusal: its own, or that of its kind."""
    return next(code for kind, code in STATUS.items() if isinstance(error, kind))


def describe(error: DomainError) -> dict[str, Any]:
    """Return the members of a problem that do not depend on the request."""
    kind = type(error)
    return {
        "type": f"/problems/{_kebab(kind.__name__)}",
        "title": (kind.__doc__ or kind.__name__).partition("\n")[0],
        "detail": str(error),
        **error.facts,
    }


def _kebab(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()
