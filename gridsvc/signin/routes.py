"""HTTP for signing in and out, and who am I."""

from typing import Any

from flask import session as cookie
from flask_smorest import Blueprint
from flask_wtf.csrf import generate_csrf

from gridsvc.clock import utc_now
from gridsvc.identity import caller, member, open_to_all, with_first_password
from gridsvc.people.models import Account, Device, Membership
from gridsvc.session import directory, transaction
from gridsvc.signin import service
from gridsvc.signin.queries import me
from gridsvc.signin.rules import WrongPassword
from gridsvc.signin.schemas import (
    ActivationSchema,
    MeSchema,
    PasswordSchema,
    SignedInSchema,
    SignInSchema,
)

blueprint = Blueprint("signin", __name__, url_prefix="/api/v1", description="Signing in and out")


@blueprint.post("/sessions")
@blueprint.arguments(SignInSchema)
@blueprint.response(201, SignedInSchema)
@blueprint.alt_response(403, "FORBIDDEN")
@open_to_all
def post_session(body: dict[str, Any]) -> dict[str, Any]:
    """Sign in with login and password on a phone or in a browser."""
    membership = _membership(body)
    device, now = body["device"], utc_now()
    with transaction(membership.jurisdiction_id) as session:
        _, token = service.sign_in(session, membership, now=now, **device)
        answer = {"me": me(session, membership.account_id, membership.person_id, now)}
    if device["kind"] == "phone":
        return answer | {"token": str(token)}
    cookie.clear()
    cookie["token"] = str(token)
    return answer | {"csrf_token": generate_csrf()}


def _membership(body: dict[str, Any]) -> Membership:
    login, now = body["login"].strip(), utc_now()
    with directory() as session:
        account = service.account_of(session, login, body["password"], now=now)
        if account:
            service.forget_failures(session, login)
            return service.membership_of(session, account, body["jurisdiction_id"])
    with directory() as session:
        service.note_failure(session, login, now=now)
    raise WrongPassword("Login and password do not belong together.")


@blueprint.delete("/sessions/current")
@blueprint.response(204)
@with_first_password
@member
def delete_session() -> None:
    """Sign out: the device's token is good no more."""
    who = caller()
    with transaction(who.jurisdiction_id) as session:
        device = session.get_one(Device, (who.jurisdiction_id, who.device_id))
        service.sign_out(session, device, by=who.actor, now=utc_now())
    cookie.clear()


@blueprint.get("/me")
@blueprint.response(200, MeSchema)
@with_first_password
@member
def get_me() -> dict[str, Any]:
    """Say who the caller is: person, jurisdiction, duties held now, permissions."""
    who = caller()
    with transaction(who.jurisdiction_id) as session:
        answer = me(session, who.account_id, who.person_id, utc_now())
    return answer | ({"csrf_token": generate_csrf()} if who.device_kind == "browser" else {})


@blueprint.post("/activations")
@blueprint.arguments(ActivationSchema)
@blueprint.response(204)
@blueprint.alt_response(403, "FORBIDDEN")
@open_to_all
def post_activation(body: dict[str, Any]) -> None:
    """Choose the first password, with the activation code from the grid office."""
    with directory() as session:
        service.activate(
            session, body["login"].strip(), body["code"], body["password"], now=utc_now()
        )


@blueprint.put("/me/password")
@blueprint.arguments(PasswordSchema)
@blueprint.response(204)
@blueprint.alt_response(403, "FORBIDDEN")
@with_first_password
@member
def put_password(body: dict[str, Any]) -> None:
    """Choose another password."""
    who = caller()
    with transaction(who.jurisdiction_id) as session:
        account = session.get_one(Account, who.account_id)
        service.change_password(
            session, account, body["old"], body["new"], by=who.actor, now=utc_now()
        )
