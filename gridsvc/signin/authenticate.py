"""From a request to who is asking: a phone's bearer token, or a browser's cookie with CSRF."""

from datetime import UTC, datetime

from flask import Request
from flask import session as cookie
from flask_wtf.csrf import CSRFError, validate_csrf
from wtforms.validators import ValidationError

from gridsvc.clock import utc_now
from gridsvc.identity import Caller
from gridsvc.people.models import Account, Device
from gridsvc.session import transaction
from gridsvc.signin import service
from gridsvc.signin.rules import Token, opens

SAFE = {"GET", "HEAD", "OPTIONS"}


def authenticate(request: Request) -> Caller | None:
    """Return who a request comes from, or None. Raises CSRFError."""
    header = request.headers.get("Authorization", "")
    text = header.removeprefix("Bearer ") if header else cookie.get("token", "")
    token = Token.parse(text)
    if token is None:
        return None
    if not header and request.method not in SAFE:
        _check_csrf(request)
    with transaction(token.jurisdiction_id) as session:
        now = utc_now()
        device = session.get(Device, token.device_id)
        if device is None or not opens(device, token.secret, now) or device.expires_at < now:
            return None
        account = session.get_one(Account, device.account_id)
        if account.disabled_at is None:
            service.see(session, device, now=now)
        return _caller(request, device, account)


def _caller(request: Request, device: Device, account: Account) -> Caller:
    return Caller(
        account_id=account.id,
        person_id=device.person_id,
        jurisdiction_id=device.jurisdiction_id,
        device_id=device.id,
        device_kind=device.kind,
        device_at=_device_time(request.headers.get("Device-Time", "")),
        is_revoked=device.revoked_at is not None or account.disabled_at is not None,
        must_change_password=account.must_change_password,
    )


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
