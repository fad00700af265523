"""The documentation is complete: every problem, every directory, every route."""

import importlib
import json
import pkgutil
import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

import gridsvc
from gridsvc.app import PLAIN
from gridsvc.config import ROOT
from gridsvc.errors import DomainError
from gridsvc.problems import STATUS, describe, status_of
from gridsvc.rules.presets import RULE_SETS

METHODS = {"get", "put", "post", "patch", "delete", "head", "options"}
PAGES = ["README.md", *sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))]
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)")


def refusals() -> list[type[DomainError]]:
    """Every refusal of the product, but for the kinds themselves."""
    for module in pkgutil.walk_packages(gridsvc.__path__, "gridsvc."):
        importlib.import_module(module.name)
    return [kind for kind in _below(DomainError) if kind not in STATUS]


def _below(kind: type[DomainError]) -> Iterator[type[DomainError]]:
    for each in kind.__subclasses__():
        if each.__module__.startswith("gridsvc."):
            yield each
            yield from _below(each)


def row(kind: type[DomainError]) -> tuple[str, str, str]:
    refusal = kind("")
    members = describe(refusal)
    name = members["type"].removeprefix("/problems/")
    return name, str(status_of(refusal)), members["title"]


def test_every_problem_is_documented_as_it_is() -> None:
    page = (ROOT / "docs" / "problems.md").read_text()
    table = re.findall(r"^\| `([a-z-]+)` \| (\d+) \| (.+?) \| (.+?) \|$", page, re.MULTILINE)

    assert sorted(line[:3] for line in table) == sorted(row(kind) for kind in refusals())


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_problem_that_a_client_can_be_sent_is_said_in_words(language: str) -> None:
    """What only the command line raises is told there."""
    page = (ROOT / "docs" / "problems.md").read_text()
    table = re.findall(r"^\| `([a-z-]+)` \| \d+ \| .+? \| (.+?) \|$", page, re.MULTILINE)
    sent = {name for name, todo in table if not todo.startswith("Only on the command line:")}
    texts = ROOT / "gridsvc" / "web" / "ui" / "src" / "shared" / "locales" / language
    said = json.loads((texts / "problems.json").read_text())

    assert sorted(sent - set(said)) == []
    assert {name for name, parts in said.items() if set(parts) != {"what", "safe", "todo"}} == set()


def test_no_two_refusals_share_a_type() -> None:
    names = [row(kind)[0] for kind in refusals()]
    assert len(set(names)) == len(names)


def tree() -> str:
    page = (ROOT / "docs" / "architecture.md").read_text()
    return page.partition("```\n")[2].partition("```")[0]


def test_every_directory_of_the_product_is_described() -> None:
    there = {path.parent.name for path in (ROOT / "gridsvc").glob("*/__init__.py")}
    assert set(re.findall(r"^[├└]── (\w+)/ ", tree(), re.MULTILINE)) == there


def test_every_file_that_is_described_is_there() -> None:
    there = {path.name for path in (ROOT / "gridsvc").glob("*.py")}
    assert set(re.findall(r"(\w+\.py)", tree())) <= there


def test_every_number_of_a_rule_set_is_described_as_it_is() -> None:
    page = (ROOT / "docs" / "rules.md").read_text()
    told = dict(re.findall(r"^\| `(\w+)` \| (.+?) \|", page, re.MULTILINE))
    for name, value in RULE_SETS["gridsvc"].items():
        assert told[name].partition(" (")[0] == _said(value), name
    for name, document in RULE_SETS.items():
        assert f"| `{name}` | " + " | ".join(_asked(document)) + " |" in page


def _asked(document: dict[str, Any]) -> list[str]:
    """What a preset asks for, in words: of the village, by night, of the town and the county."""
    found = {level: "; ".join(_often(document, *level)) or "—" for level in COLUMNS}
    return list(found.values())


COLUMNS = ((3, False), (3, True), (2, False), (1, False))


def _often(document: dict[str, Any], level: int, night: bool) -> Iterator[str]:
    for rule in document["visits"]:
        if (rule["level"], rule.get("night", False)) == (level, night):
            of = ["attention"] if rule.get("attention") else []
            of += [*rule.get("classes", []), *rule.get("kinds", [])]
            per = rule.get("per", "").replace("_", "-")
            often = f"{rule['times']} a {per}" if per else f"every {rule['every_days']} days"
            yield f"{', '.join(of) or 'all'}: {often}"


def _said(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {days}" for name, days in value.items())
    if isinstance(value, list):
        return f"{len(value)} rules"
    return str(value).lower().removesuffix(".0")


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page: str) -> None:
    text = (ROOT / page).read_text()
    dead = [to for to in LINK.findall(text) if not (ROOT / page).parent.joinpath(to).exists()]
    assert dead == []


@pytest.fixture
def document(client: FlaskClient) -> dict[str, Any]:
    answer = client.get("/api/openapi.json")
    assert answer.status_code == 200
    return dict(answer.json)


def test_every_route_is_in_the_document_but_the_plain_ones(
    app: Flask, document: dict[str, Any]
) -> None:
    plain = {blueprint.name for blueprint in PLAIN}
    routes = {
        (re.sub(r"<(?:[^>]*:)?(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in app.url_map.iter_rules()
        if rule.endpoint.partition(".")[0] not in plain
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    told = {(path, method) for path, one in document["paths"].items() for method in one}

    assert routes - told == set()


def test_the_document_is_sound(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    assert {"title", "version"} <= set(document["info"])
    for reference in _references(document):
        found: Any = document
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]
    for path, method, operation in _operations(document):
        assert operation["responses"], (method, path)
        assert operation.get("summary"), f"{method} {path} says in a line what it does"
        given = [*document["paths"][path].get("parameters", []), *operation.get("parameters", [])]
        named = {one["name"] for one in given if one.get("in") == "path"}
        assert set(re.findall(r"{(\w+)}", path)) == named


def test_a_value_that_is_left_out_is_one_that_could_be_given(document: dict[str, Any]) -> None:
    for name, schema in document["components"]["schemas"].items():
        for member, told in schema.get("properties", {}).items():
            if "default" in told and "enum" in told:
                assert told["default"] in told["enum"], (name, member)


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, members in document["paths"].items():
        for method, operation in members.items():
            if method in METHODS:
                yield path, method, operation


def _references(document: dict[str, Any]) -> set[str]:
    return set(re.findall(r'"\$ref": "([^"]+)"', json.dumps(document)))
