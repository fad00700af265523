"""From a request to who is asking: a phone's or a program's bearer token, a browser's cookie."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from flask import Request, current_app
from flask import session as cookie
from flask_wtf.csrf import CSRFError, validate_csrf
from wtforms.validators import ValidationError

from gridsvc.accountability.access import remember
from gridsvc.accountability.queries import from_json
from gridsvc.clock import utc_now
from gridsvc.identity import SAFE, Caller, Grant
from gridsvc.people.codes import secret_digest
from gridsvc.people.models import Device
from gridsvc.session import Session, transaction
from gridsvc.signin import rotation, service
from gridsvc.signin.queries import Known, known
from gridsvc.signin.rules import (
    Shown,
    Token,
    is_confirming,
    is_desk_role,
    is_long_ago,
    shown,
)

UNGUARDED = (*SAFE, "OPTIONS")


def authenticate(request: Request) -> Caller | None:
    """Return who a request comes from, or None. Raises CSRFError."""
    token = token_of(request)
    if token is None:
        return None
    if "Authorization" not in request.headers and request.method not in UNGUARDED:
        _check_csrf(request)
    with transaction(token.jurisdiction_id) as session:
        device = known(session, token.device_id, secret_digest(token.secret))
        return _let_in(session, request, token, device) if device else None


def token_of(request: Request) -> Token | None:
    """Return the token that a request shows, whether it is good or not."""
    header = request.headers.get("Authorization", "")
    return Token.parse(header.removeprefix("Bearer ") if header else cookie.get("token", ""))


def idle() -> timedelta:
    """Return for how long a browser may be left alone (setting IDLE_MINUTES)."""
    return timedelta(minutes=current_app.config["IDLE_MINUTES"])


def _let_in(session: Session, request: Request, token: Token, device: Known) -> Caller | None:
    now = utc_now()
    is_what = shown(device, token.secret, now)
    if is_what is Shown.COPY:
        rotation.shut_copied(session, token.device_id, now=now)
    if is_what not in (Shown.PRESENT, Shown.PREVIOUS) or device.expires_at < now:
        return None
    if not device.is_shut:
        _note(session, token.device_id, device, is_what, now)
    return _caller(request, token, device, now)


def _note(session: Session, id: UUID, device: Known, is_what: Shown, now: datetime) -> None:
    """Note that a device was seen, if that is news."""
    if is_confirming(device, is_what) or is_long_ago(device.kind, device.last_seen_at, now):
        service.see(session.get_one(Device, id), is_what, idle=idle(), now=now)


def _caller(request: Request, token: Token, device: Known, now: datetime) -> Caller:
    held = from_json(device.held)
    if device.deeds is None:
        remember(request, held)
    return Caller(
        account_id=device.account_id,
        person_id=device.person_id,
        jurisdiction_id=token.jurisdiction_id,
        device_id=token.device_id,
        device_kind=device.kind,
        device_at=_device_time(request.headers.get("Device-Time", "")),
        is_revoked=device.is_revoked or device.is_shut,
        must_change_password=device.must_change_password,
        lacks_second_factor=device.wants_factor and is_desk_role(held, now),
        grant=_grant(device),
    )


def _grant(device: Known) -> Grant | None:
    if device.deeds is None or device.grid_id is None:
        return None
    return Grant(frozenset(device.deeds), device.grid_id)


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
