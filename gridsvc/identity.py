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


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Somebody who has signed in, where they work, and the device in their hand."""

    account_id: UUID
    person_id: UUID
    jurisdiction_id: int
    device_id: UUID
    device_kind: str
    device_at: datetime | None = None  # the device's own clock at this request
    is_revoked: bool = False  # may still hand in what it holds, nothing else
    must_change_password: bool = False

    @property
    def actor(self) -> Actor:
        """The name for the trail."""
        return person(
            self.person_id,
            device_id=self.device_id,
            device_at=self.device_at,
            request_id=g.get("request_id"),
        )


def needs(deed: str) -> Callable[[View], View]:
    """Let a route be asked only by those whose duties allow `deed` somewhere."""

    def declare(view: View) -> View:
        view.permission = deed  # type: ignore[attr-defined]
        return view

    return declare


member: Callable[[View], View] = needs(MEMBER)
open_to_all: Callable[[View], View] = needs(OPEN)


def takes_revoked(view: View) -> View:
    """Let a route be asked by a revoked device, too: it hands in what would be lost."""
    view.takes_revoked = True  # type: ignore[attr-defined]
    return view


def with_first_password(view: View) -> View:
    """Let a route be asked before the password that the office gave was changed."""
    view.with_first_password = True  # type: ignore[attr-defined]
    return view


class MustChangePassword(errors.Forbidden):
    """The password was given by somebody else. Choose your own first."""


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
        if permission is None or (permission != MEMBER and not authorize(who, permission)):
            raise Forbidden("None of your duties allows this.")


def _need_own_password(who: Caller, view: Callable[..., Any]) -> None:
    """What a phone holds it may hand in all the same: nothing is lost for a password."""
    exempt = ("with_first_password", "takes_revoked")
    if who.must_change_password and not any(getattr(view, name, False) for name in exempt):
        raise MustChangePassword("Change it at /api/v1/me/password.")


def declared(view: Callable[..., Any]) -> str | None:
    """Return the permission that a view declares, None if it forgot."""
    return getattr(view, "permission", None)


def caller() -> Caller:
    """Return who is making this request."""
    who: Caller = g.caller
    return who
