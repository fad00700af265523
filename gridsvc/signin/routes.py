"""HTTP for signing in and out, and who am I."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast
from uuid import UUID

import pyotp
from flask import Response, current_app, redirect, request
from flask import session as cookie
from flask_smorest import Blueprint
from flask_wtf.csrf import generate_csrf

from gridsvc.clock import utc_now
from gridsvc.errors import DomainError
from gridsvc.identity import Caller, caller, member, open_to_all, with_first_password
from gridsvc.people import second_factor
from gridsvc.people.models import Account, Device, Membership
from gridsvc.people.passwords import in_line
from gridsvc.sealing import sealer
from gridsvc.session import directory, transaction
from gridsvc.signin import handshake, oidc, rotation, service
from gridsvc.signin.authenticate import idle, token_of
from gridsvc.signin.queries import me
from gridsvc.signin.rules import ROTATE_AFTER
from gridsvc.signin.schemas import (
    ActivationSchema,
    BeginSecondFactorSchema,
    ConfirmSchema,
    MeSchema,
    OidcQuerySchema,
    OidcSchema,
    PasswordSchema,
    RecoveryCodesSchema,
    RemoveSecondFactorSchema,
    RotatedSchema,
    RotationSchema,
    SecretSchema,
    SignedInSchema,
    SignInSchema,
)

blueprint = Blueprint("signin", __name__, url_prefix="/api/v1", description="Signing in and out")


@blueprint.post("/sessions")
@blueprint.arguments(SignInSchema)
@blueprint.response(201, SignedInSchema)
@blueprint.alt_response(403, "FORBIDDEN")
@blueprint.alt_response(429, "TOO_MANY_REQUESTS")
@open_to_all
def post_session(body: dict[str, Any]) -> dict[str, Any]:
    """Sign in with login and password on a phone or in a browser.

    Whoever has a second factor is asked for it (`/problems/second-factor-needed`): the same
    again, with `otp`.
    """
    membership = _membership(body)
    device, now = body["device"], utc_now()
    with transaction(membership.jurisdiction_id) as session:
        row, token = service.sign_in(session, membership, idle=idle(), now=now, **device)
        answer = {"me": me(session, row.id, now)}
    if device["kind"] == "phone":
        return answer | {"token": str(token)}
    cookie.clear()
    cookie["token"] = str(token)
    return answer | {"csrf_token": generate_csrf()}


def _membership(body: dict[str, Any]) -> Membership:
    login, now = body["login"].strip(), utc_now()
    with _attempt(login), directory() as session:
        account = service.account_of(session, login, body["password"])
        second_factor.check(session, account, body["otp"], sealer(), now=now)
        service.forget_failures(session, login)
        return service.membership_of(session, account, body["jurisdiction_id"])


@contextmanager
def _attempt(login: str) -> Iterator[None]:
    """Count a try before it is made; see service.count_attempt."""
    with in_line():
        with directory() as session:
            service.count_attempt(session, login, now=utc_now())
        yield


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


@blueprint.post("/sessions/current:rotate")
@blueprint.arguments(RotationSchema)
@blueprint.response(200, RotatedSchema)
@blueprint.alt_response(409, "CONFLICT")
@with_first_password
@member
def post_rotation(body: dict[str, Any]) -> dict[str, Any]:
    """Get another token for this phone; `device.rotate_after` of /me says when to ask.

    Should the answer get lost, ask again with the token that you have.
    """
    who, now = caller(), utc_now()
    shown = token_of(request)
    if shown is None:
        raise LookupError("whoever was let in has shown a token")
    with transaction(who.jurisdiction_id) as session:
        token = rotation.rotate(session, shown, by=who.actor, now=now, **body)
    return {"token": str(token), "rotate_after": now + ROTATE_AFTER}


@blueprint.get("/me")
@blueprint.response(200, MeSchema)
@with_first_password
@member
def get_me() -> dict[str, Any]:
    """Say who the caller is: person, jurisdiction, duties held now, permissions."""
    who = caller()
    with transaction(who.jurisdiction_id) as session:
        answer = me(session, who.device_id, utc_now())
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
@blueprint.alt_response(429, "TOO_MANY_REQUESTS")
@with_first_password
@member
def put_password(body: dict[str, Any]) -> None:
    """Choose another password."""
    who, now = caller(), utc_now()
    login = _login(who.account_id)
    with _attempt(login), transaction(who.jurisdiction_id) as session:
        account = session.get_one(Account, who.account_id)
        service.change_password(session, account, body["old"], body["new"], by=who.actor, now=now)
        service.forget_failures(session, login)


@blueprint.post("/me/second-factor")
@blueprint.arguments(BeginSecondFactorSchema)
@blueprint.response(201, SecretSchema)
@blueprint.alt_response(403, "FORBIDDEN")
@blueprint.alt_response(409, "CONFLICT")
@blueprint.alt_response(429, "TOO_MANY_REQUESTS")
@with_first_password
@member
def post_second_factor(body: dict[str, Any]) -> dict[str, str]:
    """Begin to set up a second factor: a secret for the authenticator, shown once."""
    who = caller()
    account = _proven(who, body["password"])
    with transaction(who.jurisdiction_id) as session:
        secret = second_factor.begin(session, account, sealer(), by=who.actor, now=utc_now())
    uri = pyotp.TOTP(secret).provisioning_uri(name=account.login, issuer_name="gridsvc")
    return {"otpauth_uri": uri, "secret": secret}


@blueprint.post("/me/second-factor:confirm")
@blueprint.arguments(ConfirmSchema)
@blueprint.response(200, RecoveryCodesSchema)
@blueprint.alt_response(403, "FORBIDDEN")
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
@with_first_password
@member
def post_confirmation(body: dict[str, Any]) -> dict[str, list[str]]:
    """Show a code of the authenticator: from now on it is asked for. Answers recovery codes."""
    who = caller()
    with transaction(who.jurisdiction_id) as session:
        account = session.get_one(Account, who.account_id)
        codes = second_factor.confirm(
            session, account, body["otp"], sealer(), by=who.actor, now=utc_now()
        )
    return {"recovery_codes": codes}


@blueprint.post("/me/second-factor:remove")
@blueprint.arguments(RemoveSecondFactorSchema)
@blueprint.response(204)
@blueprint.alt_response(403, "FORBIDDEN")
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(429, "TOO_MANY_REQUESTS")
@with_first_password
@member
def post_removal(body: dict[str, Any]) -> None:
    """Take the second factor away, with the password and a code of it."""
    who, now = caller(), utc_now()
    account = _proven(who, body["password"], body["otp"])
    with transaction(who.jurisdiction_id) as session:
        second_factor.remove(session, account, by=who.actor, now=now)


def _proven(who: Caller, password: str, otp: str | None = None) -> Account:
    """Return the caller's account, if it is they. Guesses count as those at the sign-in do."""
    login = _login(who.account_id)
    with _attempt(login), directory() as session:
        account = service.account_of(session, login, password)
        if otp is not None:
            second_factor.check(session, account, otp, sealer(), now=utc_now())
        service.forget_failures(session, login)
    return account


def _login(account_id: UUID) -> str:
    with directory() as session:
        return session.get_one(Account, account_id).login


@blueprint.get("/oidc")
@blueprint.response(200, OidcSchema)
@open_to_all
def get_oidc() -> dict[str, Any]:
    """Say whether people may sign in with another provider, and where that begins."""
    issuer = current_app.config["OIDC_ISSUER"] or None
    start = f"{handshake.PATH}/start" if issuer else None
    return {"is_offered": issuer is not None, "issuer": issuer, "start": start}


@blueprint.get("/oidc/start")
@blueprint.arguments(OidcQuerySchema, location="query")
@blueprint.response(302)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(422, "UNPROCESSABLE_ENTITY")
@open_to_all
def get_oidc_start(query: dict[str, Any]) -> Response:
    """Send the browser to the provider, to be asked who is there."""
    question = oidc.Question.new(query["jurisdiction_id"])
    try:
        away = redirect(oidc.address(handshake.provider(), question))
    except DomainError as refusal:
        return _told(refusal)
    return handshake.hand_out(cast(Response, away), question)


@blueprint.get("/oidc/callback")
@blueprint.response(302)
@blueprint.alt_response(403, "FORBIDDEN")
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(422, "UNPROCESSABLE_ENTITY")
@open_to_all
def get_oidc_callback() -> Response:
    """Take the browser back from the provider, and sign in whoever it vouches for."""
    try:
        token = _vouched_for()
    except DomainError as refusal:
        return _told(refusal)
    cookie.clear()
    cookie["token"] = token
    home = cast(Response, redirect("/desk/"))
    home.delete_cookie(handshake.NAME, path=handshake.PATH)
    return home


def _vouched_for() -> str:
    provider, question, now = handshake.provider(), handshake.brought_back(), utc_now()
    subject = oidc.subject(provider, question, request.args.to_dict(), now=now)
    jurisdiction_id = question.jurisdiction_id if question else None
    with directory() as session:
        account = service.account_linked(session, provider.issuer, subject)
        if account is None:
            raise oidc.OidcUnknownSubject("Ask the grid office to link you.", subject=subject)
        membership = service.membership_of(session, account, jurisdiction_id)
    name = request.user_agent.string[:200]
    with transaction(membership.jurisdiction_id) as session:
        _, token = service.sign_in(
            session, membership, kind="browser", name=name, proof="oidc", idle=idle(), now=now
        )
    return str(token)


def _told(refusal: DomainError) -> Response:
    """Return to the sign-in page, for people; programs get the refusal itself."""
    if not handshake.wants_a_page():
        raise refusal
    return cast(Response, redirect(handshake.sign_in_page(refusal)))
