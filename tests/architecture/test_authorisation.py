"""Everybody asks every route for everything, and gets what their duties say, and nothing else."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import timedelta

import pytest
from flask import Flask
from shapely import Point
from werkzeug.routing import Rule

from gridsvc.accountability import access
from gridsvc.clock import utc_now
from gridsvc.identity import OPEN, declared
from gridsvc.ids import new_id
from gridsvc.session import Session, db
from gridsvc.signin import authenticate
from tests.architecture.asking import Answer, World, asked, reading_once
from tests.architecture.matrix import ALLOWED, Who, plain, targets
from tests.architecture.needs import NEEDS
from tests.architecture.routes import HERE_IT_LIES, ROWS
from tests.conftest import HERE, THERE, TOLD, enter
from tests.factories.counties import POSTS, County
from tests.factories.people import bearer
from tests.factories.spots import Spot

ELSEWHERE = Point(119.6, 29.0)
FROM_THERE = ("grid_officer@3", "dispatcher@1")


@pytest.fixture(scope="module")
def world(app: Flask) -> Iterator[World]:
    with (
        pytest.MonkeyPatch.context() as patch,
        app.app_context(),
        db.engine.connect() as connection,
    ):
        outer = connection.begin()
        patch.setitem(db.engines, None, connection)
        db.session.configure(join_transaction_mode="create_savepoint")
        there, headers_there = _found(enter(THERE), ELSEWHERE, FROM_THERE)
        here, headers_here = _found(enter(HERE), HERE_IT_LIES, None)
        db.session.remove()
        headers = headers_here | headers_there
        patch.setattr(access, "held_by", reading_once(access.held_by))
        patch.setattr(authenticate, "known", reading_once(authenticate.known))
        world = World(app, app.test_client(), connection, (here, there), list(headers), headers)
        with world.one_savepoint_a_request():
            yield world
        db.session.remove()
        outer.rollback()


def _found(
    session: Session, at: Point, names: Sequence[str] | None
) -> tuple[County, dict[Who, dict[str, str]]]:
    county = County.found(session, at)
    people = [who for who in Who.everybody(county) if names is None or who.name in names]
    # Seen lately, however long this takes, so that being seen again is no news to write down.
    seen = {"last_seen_at": utc_now() + timedelta(hours=1)}
    return county, {who: bearer(session, county.people[who.name], **seen) for who in people}


@pytest.fixture(scope="module")
def answers(world: World, declarations: dict[str, str | None]) -> list[Answer]:
    return [
        answer
        for row in ROWS
        for who in world.people
        for answer in asked(world, row, declarations[row.route], who)
    ]


@pytest.fixture(scope="module")
def declarations(app: Flask) -> dict[str, str | None]:
    """What each route of the API's document declares."""
    found = {}
    views = {
        (method, _template(rule.rule)): app.view_functions[rule.endpoint]
        for rule in app.url_map.iter_rules()
        for method in _own_methods(rule)
    }
    for path, operations in app.extensions["api"].spec.to_dict()["paths"].items():
        for method in operations:
            if method != "parameters":
                found[f"{method.upper()} {path}"] = declared(views[method.upper(), path])
    return found


def _own_methods(rule: Rule) -> set[str]:
    """Return what a rule is for, without what Flask answers by itself."""
    methods = rule.methods or set()
    methods = methods - {"OPTIONS"} or methods
    return methods - {"HEAD"} or methods


def _template(rule: str) -> str:
    return re.sub(r"<(?:[^<>]*:)?(\w+)>", r"{\1}", rule)


def test_every_route_says_here_how_it_is_asked(declarations) -> None:
    assert set(declarations) == {row.route for row in ROWS}


def test_each_route_is_opened_by_the_deed_that_the_table_names(declarations) -> None:
    """A guard that was weakened, or a route without a line, shows here by name."""
    table = {
        route: deed
        for deed, routes in NEEDS.items()
        for route in filter(None, map(str.strip, routes.splitlines()))
    }
    told = {route.replace("/api/v1", ""): deed for route, deed in declarations.items()}
    assert {
        (r, told.get(r), table.get(r)) for r in told | table if told.get(r) != table.get(r)
    } == (set())


def test_every_route_that_is_not_open_is_in_the_document(app: Flask, declarations) -> None:
    routes = {
        f"{method} {_template(rule.rule)}"
        for rule in app.url_map.iter_rules()
        for method in _own_methods(rule)
        if declared(app.view_functions[rule.endpoint]) != OPEN
    }
    assert routes <= set(declarations)


def test_every_post_has_somebody(world: World) -> None:
    assert set(POSTS) <= {who.name for who in world.people}


def test_everybody_gets_what_their_duties_say(answers: list[Answer], record_property) -> None:
    wrong = [str(answer) for answer in answers if answer.got != answer.expected]
    told = f"authorisation: {len(answers)} cells, {len(wrong)} of them wrong"
    record_property(TOLD, told)
    assert not wrong, "\n".join([told, *wrong])


def test_a_good_question_gets_a_good_answer(answers: list[Answer]) -> None:
    """Else what passes the guards would prove nothing."""
    good = [a for a in answers if a.expected == ALLOWED]
    bad = [f"{a}: {a.text}" for a in good if a.status != a.row.answers and a.status >= 400]
    assert not bad, "\n".join(bad)
    assert {a.row.name for a in good} == {row.name for row in ROWS}


def test_what_is_foreign_is_told_like_what_is_nowhere(answers: list[Answer]) -> None:
    """Not even the words of a refusal say that there is something."""
    told = defaultdict(set)
    for answer in answers:
        if answer.status == 404 and answer.text:
            problem = json.loads(answer.text)
            problem.pop("instance", None)  # is what was asked
            problem.pop("until", None)  # a while from now
            problem.pop("until", None)  # follows from when it was asked
            words = json.dumps(problem).replace(answer.named, "ID")
            told[answer.row.name, answer.who.name].add(words)
    assert [(what, words) for what, words in told.items() if len(words) > 1] == []


def test_no_answer_names_what_its_reader_may_not_see(world: World, answers: list[Answer]) -> None:
    leaks = {
        f"{answer.row.name} tells {answer.who.name} of a {kind}"
        for answer in answers
        for kind, name, spot in secrets(world, answer.who)
        if name in answer.text and name != answer.named and not may_see(answer, kind, spot)
    }
    assert leaks == set()


def secrets(world: World, who: Who) -> Iterator[tuple[str, str, Spot | None]]:
    """Yield the kind, the name and the place of whatever there is."""
    for county in world.counties:
        for spot in county.spots.values():
            for kind, name in spot.ids.items():
                yield kind, name, spot if county is who.county else None


def may_see(answer: Answer, kind: str, spot: Spot | None) -> bool:
    if spot is None:
        return False
    if plain(kind) in answer.row.names or (answer.row.mine and answer.who.id in spot.workers):
        return True
    return answer.who.sees(kind, spot, ever=answer.row.past)


def test_lists_show_all_that_their_reader_may_see(world: World, answers: list[Answer]) -> None:
    absent = {
        f"{answer.row.name} hides a {kind} from {answer.who.name}"
        for answer in answers
        if answer.row.shows and answer.status == 200
        for kind, name, spot in secrets(world, answer.who)
        if kind.startswith(answer.row.shows) and spot and answer.who.sees(kind, spot, briefly=False)
        if name not in answer.text
    }
    assert absent == set()


def test_no_answer_holds_a_secret_of_a_device(world: World, answers: list[Answer]) -> None:
    tokens = [headers["Authorization"].split(".")[-1] for headers in world.headers.values()]
    assert not [a for a in answers if any(token in a.text for token in tokens)]


def test_without_a_token_there_is_401(world: World, declarations) -> None:
    stranger = Who("stranger", world.counties[0], new_id())
    for row in ROWS:
        [(_, ids, _), *_] = targets(row, declarations[row.route], stranger, world.counties)
        status = world.ask(row, ids, {}).status_code
        assert (status == 401) != (declarations[row.route] == OPEN), row.name


def test_a_name_that_is_none_is_not_found_or_not_understood(world: World, declarations) -> None:
    for row in ROWS:
        if row.thing is None or row.record:
            continue
        for who in filter(lambda who: who.is_curious, world.people):
            [(_, ids, _), *_] = targets(row, declarations[row.route], who, world.counties)
            status = world.ask(row, ids | {row.thing: "none"}, world.headers[who]).status_code
            assert status in {403, 404, 422}, (row.name, who.name)
