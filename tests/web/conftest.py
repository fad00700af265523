"""The product as people meet it: the real app on a real port, and a browser in front of it."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    expect,
    sync_playwright,
)
from shapely import Point
from sqlalchemy import Engine

from gridsvc.accountability.rules import Role
from gridsvc.enterprises.models import Enterprise
from gridsvc.ids import new_id
from gridsvc.people.models import Account, Membership, Person
from gridsvc.people.passwords import hashed
from gridsvc.session import db, directory
from gridsvc.web.routes import DIST
from tests.conftest import BUSY, clear, enter
from tests.factories.enterprises import add_enterprise
from tests.factories.village import ZHAO, Village, appoint
from tests.serving import serving
from tests.web.rough import Application, Rough, whole

PASSWORD = "xuncha2026"
UI = DIST.parent / "ui"
CLIENTS = {"phone": "m", "desk": "desk"}
SCREENS = {"phone": (360, 740), "desk": (1440, 900)}
AT_THE_YARD = {"longitude": ZHAO.x, "latitude": ZHAO.y, "accuracy": 8.0}
CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = 20_000  # nothing takes that long, but for a machine that is busy with other things
NETWORK = re.compile(r"Failed to load resource|ERR_")
OFFLINE = "ERR_INTERNET_DISCONNECTED"  # the browser says so when a test pulls the plug


@dataclass
class Live:
    """A village on the network. What pages ask of other origins, or complain of, is a fault."""

    url: str
    village: Village
    village_head: Person  # of Zhao
    browser: Browser
    password: str = PASSWORD
    faults: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    def page(self, kind: str = "phone", lang: str = "zh-CN", **options: object) -> Page:
        """Open a client in a browser of its own, standing at the yard."""
        width, height = SCREENS[kind]
        usual: dict[str, object] = {
            "viewport": {"width": width, "height": height},
            "has_touch": kind == "phone",
            "is_mobile": kind == "phone",
            "locale": "zh-CN",
            "timezone_id": "Asia/Shanghai",
            "geolocation": AT_THE_YARD,
            "permissions": ["geolocation"],
            "reduced_motion": "reduce",
        }
        context = self.browser.new_context(**usual | options)  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE_MS)
        context.add_init_script(f"if (origin !== 'null') localStorage.language ??= '{lang}'")
        context.on("request", lambda request: self._need_own(request.url))
        context.on("console", self._need_quiet)
        context.on("weberror", lambda fault: self.faults.append(f"{fault.error}"))
        self.contexts.append(context)
        page = context.new_page()
        page.goto(f"{self.url}/{CLIENTS[kind]}/")
        return page

    def _need_own(self, url: str) -> None:
        if not url.startswith((self.url, "blob:", "data:")):
            self.faults.append(f"asked of another origin: {url}")

    def _need_quiet(self, message: ConsoleMessage) -> None:
        if message.type == "error" and OFFLINE not in message.text:
            self.faults.append(f"console: {message.text}")

    def close(self) -> None:
        for context in self.contexts:
            context.close()


@dataclass(frozen=True)
class Served:
    url: str
    village: Village
    village_head: Person


@pytest.fixture(scope="session")
def built() -> Path:
    """Both clients as they are served; built once if they are not there."""
    for name in CLIENTS.values():
        if not (DIST / name / "index.html").is_file():
            npm = shutil.which("npm")
            assert npm, "npm is needed to build the clients"
            subprocess.run([npm, "run", f"build:{name}"], cwd=UI, check=True)  # noqa: S603
    return DIST


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=CHROMIUM_ARGS
        )
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def served(app: Flask, owner: Engine, built: Path) -> Iterator[Served]:
    """A village that is really committed, with a password for everybody, on a port of its own."""
    with app.app_context():
        session = enter(BUSY)
        village = Village.found(session)
        village_head = appoint(session, "赵有福", village.zhao, Role.GRID_HEAD)
        session.commit()
        give_passwords([*_people(village), village_head])
        db.session.remove()
    with serving(answering_at_once(app)) as url:
        yield Served(url, village, village_head)
    clear(owner, BUSY)


def answering_at_once(app: Flask) -> Application:
    """Read each answer whole: the server for tests never closes one that a browser breaks off."""
    return lambda environ, start: [whole(app(environ, start))]


@pytest.fixture
def live(served: Served, browser: Browser) -> Iterator[Live]:
    """The village of this file's tests, and pages in front of it that must not complain."""
    live = Live(served.url, served.village, served.village_head, browser)
    yield live
    faults = list(live.faults)  # before pages are torn from their requests
    live.close()
    assert faults == []


def _people(village: Village) -> list[Person]:
    return [person for person in vars(village).values() if isinstance(person, Person)]


def give_passwords(people: list[Person]) -> None:
    """Everybody signs in with their login and PASSWORD. One hash serves all: it takes its time."""
    secret, now = hashed(PASSWORD), datetime.now(UTC)
    accounts = [
        Account(
            id=new_id(), login=person.login, password_hash=secret,
            must_change_password=False, created_at=now,
        )
        for person in people
    ]  # fmt: skip
    members = [
        Membership(account_id=account.id, jurisdiction_id=BUSY, person_id=person.id)
        for account, person in zip(accounts, people, strict=True)
    ]
    with directory() as shared:
        shared.add_all(accounts)
        shared.flush()
        shared.add_all(members)


@pytest.fixture(scope="module")
def places(app: Flask, served: Served) -> list[Enterprise]:
    """Four more places in Zhao: with the yard a day has five visits."""
    with app.app_context():
        session = enter(BUSY)
        made = [
            add_enterprise(session, name, Point(122.052 + n / 1000, 41.243), served.village.zhao)
            for n, name in enumerate(["东风粮库", "鑫源防水材料厂", "辽河米业", "拌合站工地"])
        ]
        session.commit()
        db.session.remove()
    return made


@pytest.fixture
def rough(app: Flask, live: Live) -> Iterator[Rough]:
    """The server can be told to misbehave; that the browser says so is no fault of a page."""
    inside = app.wsgi_app
    app.wsgi_app = Rough(inside)  # type: ignore[assignment, method-assign]
    yield app.wsgi_app  # type: ignore[misc]
    app.wsgi_app = inside  # type: ignore[method-assign]
    live.faults[:] = [fault for fault in live.faults if not NETWORK.search(fault)]
