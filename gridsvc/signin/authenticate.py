"""From a request to who is asking: a phone's or a program's bearer token, a browser's cookie."""

from datetime import UTC, datetime, timedelta

from flask import Request, current_app
from flask import session as cookie
from flask_wtf.csrf import CSRFError, validate_csrf
from wtforms.validators import ValidationError

from gridsvc.clock import utc_now
from gridsvc.identity import SAFE, Caller, Grant
from gridsvc.people.models import AccessToken, Account, Device
from gridsvc.session import Session, transaction
from gridsvc.signin import rotation, service
from gridsvc.signin.queries import lacks_second_factor
from gridsvc.signin.rules import Shown, Token, shown

UNGUARDED = (*SAFE, "OPTIONS")


def authenticate(request: Request) -> Caller | None:
    """Return who a request comes from, or None. Raises CSRFError."""
    token = token_of(request)
    if token is None:
        return None
    if "Authorization" not in request.headers and request.method not in UNGUARDED:
        _check_csrf(request)
    with transaction(token.jurisdiction_id) as session:
        device = session.get(Device, token.device_id)
        return _let_in(session, request, device, token.secret) if device else None


def token_of(request: Request) -> Token | None:
    """Return the token that a request shows, whether it is good or not."""
    header = request.headers.get("Authorization", "")
    return Token.parse(header.removeprefix("Bearer ") if header else cookie.get("token", ""))


def idle() -> timedelta:
    """Return for how long a browser may be left alone (setting IDLE_MINUTES)."""
    return timedelta(minutes=current_app.config["IDLE_MINUTES"])


def _let_in(session: Session, request: Request, device: Device, secret: str) -> Caller | None:
    now = utc_now()
    is_what = shown(device, secret, now)
    if is_what is Shown.COPY:
        rotation.shut_copied(session, device.id, now=now)
    if is_what not in (Shown.PRESENT, Shown.PREVIOUS) or device.expires_at < now:
        return None
    account = session.get_one(Account, device.account_id)
    if account.disabled_at is None:
        service.see(device, is_what, idle=idle(), now=now)
    return _caller(session, request, device, account, now)


def _caller(
    session: Session, request: Request, device: Device, account: Account, now: datetime
) -> Caller:
    by_password = device.proof == "password"
    return Caller(
        account_id=account.id,
        person_id=device.person_id,
        jurisdiction_id=device.jurisdiction_id,
        device_id=device.id,
        device_kind=device.kind,
        device_at=_device_time(request.headers.get("Device-Time", "")),
        is_revoked=device.revoked_at is not None or account.disabled_at is not None,
        must_change_password=account.must_change_password and by_password,
        lacks_second_factor=lacks_second_factor(session, device, account, now),
        grant=_grant(session, device),
    )


def _grant(session: Session, device: Device) -> Grant | None:
    if device.kind != "program":
        return None
    token = session.get_one(AccessToken, (device.jurisdiction_id, device.id))
    return Grant(frozenset(token.deeds), token.grid_id)


def _check_csrf(request: Request) -> None:
    try:
        validate_csrf(request.headers.get("X-CSRFToken"))
    except ValidationError as wrong:
        raise CSRFError(str(wrong)) from None


def _device_time(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.utcoffset() is not None else None
    except (ValueError, OverflowError):
        return None
