"""Who is asking, and what a route lets them ask. Closed by default.

A route says `@needs("issue.assign")`, `@member` (whoever has signed in) or `@open_to_all`.
One that says nothing is refused. How a request proves who it comes from, and which duties
allow a deed, is wired in by the factory: this file knows neither tokens nor duties.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from flask import Flask, Request, current_app, g, request
from werkzeug.exceptions import Forbidden, Unauthorized

from gridsvc import errors
from gridsvc.actor import Actor, person

View = TypeVar("View", bound=Callable[..., Any])

MEMBER = "member"
OPEN = "open"


SAFE = ("GET", "HEAD")


@dataclass(frozen=True)
class Grant:
    """What a program may read, and in which grid with all below it."""

    deeds: frozenset[str]
    grid_id: UUID


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Somebody who has signed in, where they work, and the device in their hand.

    Or a program, which has a `grant`; the person is then whoever issued its token.
    """

    account_id: UUID
    person_id: UUID
    jurisdiction_id: int
    device_id: UUID
    device_kind: str
    device_at: datetime | None = None  # the device's own clock at this request
    is_revoked: bool = False  # may still hand in what it holds, nothing else
    must_change_password: bool = False
    lacks_second_factor: bool = False
    grant: Grant | None = None

    @property
    def actor(self) -> Actor:
        """The name for the trail."""
        request_id = g.get("request_id")
        if self.grant is not None:
            name = f"program:{self.device_id}"
            return Actor(name=name, device_id=self.device_id, request_id=request_id)
        return person(
            self.person_id,
            device_id=self.device_id,
            device_at=self.device_at,
            request_id=request_id,
        )

    @property
    def self_id(self) -> UUID:
        """Whose own things are shown beside what duties open. A program owns nothing."""
        return self.person_id if self.grant is None else self.device_id


def needs(deed: str) -> Callable[[View], View]:
    """Let a route be asked only by those whose duties allow `deed` somewhere."""

    def declare(view: View) -> View:
        view.permission = deed  # type: ignore[attr-defined]
        return view

    return declare


member: Callable[[View], View] = needs(MEMBER)
open_to_all: Callable[[View], View] = needs(OPEN)


def reads(deed: str) -> Callable[[View], View]:
    """Let a member's route be asked by a program, too, whose token names `deed`."""

    def declare(view: View) -> View:
        view.reads = deed  # type: ignore[attr-defined]
        return view

    return declare


def takes_revoked(view: View) -> View:
    """Let a route be asked by a revoked device, too: it hands in what would be lost."""
    view.takes_revoked = True  # type: ignore[attr-defined]
    return view


def with_first_password(view: View) -> View:
    """Let a route be asked before the password that the office gave was changed.

    And before there is a second factor, where there has to be one.
    """
    view.with_first_password = True  # type: ignore[attr-defined]
    return view


class MustChangePassword(errors.Forbidden):
    """The password was given by somebody else. Choose your own first."""


class MustHaveSecondFactor(errors.Forbidden):
    """Your post needs a second factor. Set one up first."""


class ProgramsOnlyRead(errors.Forbidden):
    """A program reads what its token names, and does nothing."""


def require_identity(
    app: Flask,
    authenticate: Callable[[Request], Caller | None],
    authorize: Callable[[Caller, str], bool],
) -> None:
    """Refuse every request that does not say who is asking, or may not ask it (fail closed)."""

    @app.before_request
    def _identify() -> None:
        if request.endpoint is None:
            return  # no such route: answered with 404, to whomever
        view = current_app.view_functions[request.endpoint]
        permission = declared(view)
        if permission == OPEN:
            return
        who = authenticate(request)
        if who is None:
            raise Unauthorized("Sign in first.")
        if who.is_revoked and not getattr(view, "takes_revoked", False):
            raise Unauthorized("This device was signed out.")
        g.caller = who
        _need_own_password(who, view)
        _need_second_factor(who, view)
        _need_no_person(who, getattr(view, "reads", permission))
        if permission is None or (permission != MEMBER and not authorize(who, permission)):
            raise Forbidden("None of your duties allows this.")


def _need_own_password(who: Caller, view: Callable[..., Any]) -> None:
    """What a phone holds it may hand in all the same: nothing is lost for a password."""
    if who.must_change_password and not _is_open_to_newcomers(view):
        raise MustChangePassword("Change it at /api/v1/me/password.")


def _need_second_factor(who: Caller, view: Callable[..., Any]) -> None:
    if who.lacks_second_factor and not _is_open_to_newcomers(view):
        raise MustHaveSecondFactor("Set it up at /api/v1/me/second-factor.")


def _is_open_to_newcomers(view: Callable[..., Any]) -> bool:
    return any(getattr(view, name, False) for name in ("with_first_password", "takes_revoked"))


def _need_no_person(who: Caller, permission: str | None) -> None:
    """Refuse a program whatever is no reading, or is not in its grant."""
    if who.grant is None:
        return
    if request.method not in SAFE or permission not in who.grant.deeds:
        raise ProgramsOnlyRead("Its token does not name this.", deeds=sorted(who.grant.deeds))


def declared(view: Callable[..., Any]) -> str | None:
    """Return the permission that a view declares, None if it forgot."""
    return getattr(view, "permission", None)


def caller() -> Caller:
    """Return who is making this request."""
    who: Caller = g.caller
    return who
