"""Every route that writes, with somebody who may ask it and a body that it could take."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient

from gridsvc.accountability.rules import PERMISSION
from gridsvc.identity import MEMBER, OPEN, declared
from gridsvc.ids import new_id
from gridsvc.weeks import local_day

NOW = datetime.now(UTC)

MADE_HERE = ("inspection_id", "patrol_end_id", "day_close_id")  # by whoever sends the record
MADE_TOO = ("patrol_id", "issue_id")  # ... where the path ends with them

LEFT = {"no_position_reason", "month", "fixed_on_spot", "corrects_id", "formal"}  # ask for more

SAMPLES: dict[str, Any] = {  # of values that mean more than their type, by name
    "position": {"type": "Point", "coordinates": [122.05, 41.24]},
    "crs": "wgs84",
    "points": [[122.05, 41.24, 1, 8.0]],
    "sha256": "5e" * 32,
    "original_sha256": "5e" * 32,
    "pauses": [],
    "due_kinds": ["fixed_term"],
    "records": [],
    "at": None,
}
BY_FORMAT = {"date": local_day(NOW).isoformat(), "date-time": NOW.isoformat()}
BY_TYPE = {"boolean": False, "string": "x"}

Asked = tuple[str, str, dict[str, str], dict[str, Any]]


class Known(dict[str, str]):
    """What stands in a path; any other id is that of nothing."""

    def __missing__(self, name: str) -> str:
        return str(new_id())


@dataclass
class Sweep:
    app: Flask
    client: FlaskClient
    people: dict[str, dict[str, str]]  # headers, by the post
    ids: dict[str, UUID]  # of what is there, by the name that a path or a body gives it
    samples: dict[str, Any]
    document: dict[str, Any]

    def routes(self) -> Iterator[Asked]:
        """Yield the method, the URL, the headers and a sample of the body of each."""
        for rule in self.app.url_map.iter_rules():
            template = _template(rule.rule)
            for method in ("put", "post"):
                operation = self.document["paths"].get(template, {}).get(method)
                if operation and method.upper() in rule.methods:
                    permission = declared(self.app.view_functions[rule.endpoint])
                    headers = self._headers(str(permission))
                    yield method, self._url(template), headers, self._body(operation)

    def questions(self) -> Iterator[tuple[str, str]]:
        """Yield the URL of every route that reads, with the name of each of its questions."""
        for template, operations in self.document["paths"].items():
            for one in operations.get("get", {}).get("parameters", []):
                if one.get("in") == "query":
                    yield template.format_map(Known(self._anything())), one["name"]

    def send(self, method: str, url: str, headers: dict[str, str], text: bytes) -> int:
        """Send a body; return the status. An error must be a problem with a name."""
        told = {"Content-Type": "application/json"}
        response = self.client.open(url, method=method.upper(), data=text, headers=told | headers)
        if response.status_code >= 400:
            problem = response.get_json(silent=True) or {}
            assert response.mimetype == "application/problem+json", (method, url, response.data)
            assert problem.get("type") and problem.get("title"), (method, url, problem)
        return response.status_code

    def _url(self, template: str) -> str:
        fresh = MADE_TOO if template.endswith(("/{patrol_id}", "/{issue_id}")) else MADE_HERE
        known = self._anything() | {name: str(new_id()) for name in fresh}
        return template.format_map(Known(known))

    def _anything(self) -> dict[str, str]:
        """Return a value for whatever stands in a path."""
        ids = {name: str(id) for name, id in self.ids.items()}
        others = {"kind": "enterprise", "subject_id": ids["enterprise_id"], "layer": "grids"}
        numbers = {"z": "12", "x": "3437", "y": "1534", "seq": "0", "sha256": "5e" * 32}
        return {**ids, **others, **numbers}

    def _headers(self, permission: str) -> dict[str, str]:
        if permission in {MEMBER, OPEN}:
            return self.people["grid_head@2"]
        allowed = PERMISSION[permission]
        return next(headers for post, headers in self.people.items() if post in allowed)

    def _body(self, operation: dict[str, Any]) -> dict[str, Any]:
        content = operation.get("requestBody", {}).get("content", {})
        schema = content.get("application/json", {}).get("schema")
        return self._sample(schema) if schema else {}

    def _sample(self, schema: dict[str, Any], name: str = "") -> Any:
        """Return something that a schema allows, as far as it tells."""
        if "$ref" in schema:
            title = schema["$ref"].rpartition("/")[2]
            return self._sample(self.document["components"]["schemas"][title], name)
        kind = schema.get("type")
        kind = kind[0] if isinstance(kind, list) else kind
        if kind in {"integer", "number"}:
            return max(1, schema.get("minimum", 1))
        if name in self.ids:
            return str(self.ids[name])
        return self.samples[name] if name in self.samples else self._by_type(schema, kind, name)

    def _by_type(self, schema: dict[str, Any], kind: Any, name: str) -> Any:
        if kind == "object":
            members = schema.get("properties", {}).items()
            return {key: self._sample(value, key) for key, value in members if key not in LEFT}
        if kind == "array":
            return [self._sample(schema["items"], name)]
        if schema.get("format") == "uuid":
            return str(new_id())
        [first, *_] = schema.get("enum", [None])
        return first or BY_FORMAT.get(schema.get("format", ""), BY_TYPE.get(kind))


def spoilt(sample: Any, value: Any) -> Iterator[Any]:
    """Yield copies of a sample, each with `value` in one of its places."""
    match sample:
        case dict():
            for name, member in sample.items():
                yield sample | {name: value}
                yield from (sample | {name: other} for other in spoilt(member, value))
        case [first, *_]:
            yield from ([other] for other in [value, *spoilt(first, value)])


def _template(rule: str) -> str:
    """Return a rule of Flask, such as /x/<uuid7:x_id>:sign, as OpenAPI has it: /x/{x_id}:sign."""
    plain = ""
    for part in rule.split("<"):
        inside, found, after = part.partition(">")
        plain += "{" + inside.rpartition(":")[2] + "}" + after if found else part
    return plain
