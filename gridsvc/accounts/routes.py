"""HTTP for accounts, devices, and the access tokens of programs."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask_smorest import Blueprint

from gridsvc.accountability import access
from gridsvc.accountability.service import UnknownPerson
from gridsvc.accounts import access_tokens, devices, listed, phones, queries
from gridsvc.accounts.rules import UnknownAccessToken, UnknownDevice, need_deeds
from gridsvc.accounts.schemas import (
    AccessTokensSchema,
    AccountSchema,
    AccountsQuerySchema,
    AccountsSchema,
    CodeSchema,
    DevicesQuerySchema,
    IssuedSchema,
    PhonesQuerySchema,
    PhonesSchema,
    ReasonSchema,
    SeenDeviceSchema,
    SeenDevicesSchema,
    WantedAccessSchema,
)
from gridsvc.clock import utc_now
from gridsvc.grids.queries import root
from gridsvc.identity import caller, member, needs
from gridsvc.people import accounts, second_factor
from gridsvc.people.models import Account, Device, Person
from gridsvc.people.service import Enrolled, account_here, renew_code
from gridsvc.session import Session, transaction

blueprint = Blueprint(
    "accounts", __name__, url_prefix="/api/v1", description="Accounts, devices and programs"
)


@blueprint.get("/devices")
@blueprint.arguments(DevicesQuerySchema, location="query")
@blueprint.response(200, SeenDevicesSchema)
@blueprint.alt_response(403, "FORBIDDEN")
@blueprint.alt_response(404, "NOT_FOUND")
@member
def get_devices(query: dict[str, Any]) -> dict[str, Any]:
    """List the caller's devices; or those of a person, with `device.manage` over them."""
    who, now = caller(), utc_now()
    with transaction(who.jurisdiction_id) as session:
        person_id = query["person"] or who.person_id
        if session.get(Person, person_id) is None:
            raise UnknownPerson(f"There is no person {person_id}.")
        if not _looks_after(session, person_id, now):
            raise access.NotYours("None of your duties allows this.", deed="device.manage")
        items = queries.devices(session, person_id, now)
    return {"items": [_marked(item) for item in items], "as_of": now}


def _marked(item: dict[str, Any]) -> dict[str, Any]:
    return item | {"is_current": item["id"] == caller().device_id}


def _looks_after(session: Session, person_id: UUID, now: datetime) -> bool:
    """Say whether the devices of somebody are the caller's own, or theirs to manage.

    All duties count that the owner holds: the head of a town where somebody also patrols
    does not shut out an officer of the county.
    """
    if person_id == caller().person_id:
        return True
    theirs = phones.reach(session, now, [person_id]).get(person_id, {root(session).id})
    return theirs <= access.visible_grids(session, "device.manage", now)


@blueprint.get("/phones")
@blueprint.arguments(PhonesQuerySchema, location="query")
@blueprint.response(200, PhonesSchema)
@blueprint.alt_response(403, "FORBIDDEN")
@needs("device.manage")
def get_phones(query: dict[str, Any]) -> dict[str, Any]:
    """List the phones in use of all people whom the caller looks after, those to worry about first.

    `q` looks in the names of their owners.
    """
    now = utc_now()
    with transaction(caller().jurisdiction_id) as session:
        mine = access.visible_grids(session, "device.manage", now)
        found = phones.in_use(session, mine, now, **query)
    return found | {"items": [_marked(item) for item in found["items"]], "as_of": now}


@blueprint.post("/devices/<uuid:device_id>:revoke")
@blueprint.arguments(ReasonSchema)
@blueprint.response(200, SeenDeviceSchema)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
@member
def post_device_revocation(body: dict[str, str], device_id: UUID) -> dict[str, Any]:
    """Shut a device, one's own or one that one manages. What a phone holds is not lost."""
    who, now = caller(), utc_now()
    with transaction(who.jurisdiction_id) as session:
        device = session.get(Device, device_id)
        if device is None or device.kind == "program":
            raise UnknownDevice(f"There is no device {device_id}, or none for you.")
        if not _looks_after(session, device.person_id, now):
            raise UnknownDevice(f"There is no device {device_id}, or none for you.")
        devices.revoke(session, device, reason=body["reason"], by=who.actor, now=now)
        person = session.get_one(Person, (who.jurisdiction_id, device.person_id))
        return _marked(queries.device_item(device, person, now))


@blueprint.get("/accounts")
@blueprint.arguments(AccountsQuerySchema, location="query")
@blueprint.response(200, AccountsSchema)
@blueprint.alt_response(403, "FORBIDDEN")
@needs("account.manage")
def get_accounts(query: dict[str, Any]) -> dict[str, Any]:
    """List the accounts of the jurisdiction by login; `q` looks in login and name."""
    now = utc_now()
    with transaction(caller().jurisdiction_id) as session:
        return listed.accounts(session, now, **query) | {"as_of": now}


@blueprint.post("/accounts/<string:login>:renew_code")
@blueprint.response(200, CodeSchema)
@blueprint.alt_response(403, "FORBIDDEN")
@blueprint.alt_response(404, "NOT_FOUND")
@needs("account.manage")
def post_code(login: str) -> Enrolled:
    """Make a new activation code, shown once; with it, the owner chooses another password."""
    who = caller()
    with transaction(who.jurisdiction_id) as session:
        account = _account(session, login)
        return renew_code(session, account, by=who.actor, now=utc_now())


@blueprint.post("/accounts/<string:login>:disable")
@blueprint.arguments(ReasonSchema)
@blueprint.response(200, AccountSchema)
@blueprint.alt_response(403, "FORBIDDEN")
@blueprint.alt_response(404, "NOT_FOUND")
@needs("account.manage")
def post_disabling(body: dict[str, str], login: str) -> dict[str, Any]:
    """Shut an account, not one's own. What its phones hold is not lost."""
    who, now = caller(), utc_now()
    with transaction(who.jurisdiction_id) as session:
        account = _account(session, login)
        accounts.disable(session, account, by_account=who.account_id, by=who.actor, now=now, **body)
        return listed.account_item(session, account, now)


@blueprint.post("/accounts/<string:login>:enable")
@blueprint.arguments(ReasonSchema)
@blueprint.response(200, AccountSchema)
@blueprint.alt_response(403, "FORBIDDEN")
@blueprint.alt_response(404, "NOT_FOUND")
@needs("account.manage")
def post_enabling(body: dict[str, str], login: str) -> dict[str, Any]:
    """Open an account again."""
    who, now = caller(), utc_now()
    with transaction(who.jurisdiction_id) as session:
        account = _account(session, login)
        accounts.enable(session, account, by=who.actor, now=now, **body)
        return listed.account_item(session, account, now)


@blueprint.post("/accounts/<string:login>:reset_second_factor")
@blueprint.response(200, AccountSchema)
@blueprint.alt_response(403, "FORBIDDEN")
@blueprint.alt_response(404, "NOT_FOUND")
@needs("account.manage")
def post_second_factor_reset(login: str) -> dict[str, Any]:
    """Take the second factor of somebody away who has lost it, not one's own."""
    who, now = caller(), utc_now()
    with transaction(who.jurisdiction_id) as session:
        account = _account(session, login)
        accounts.not_oneself(account, who.account_id)
        second_factor.remove(session, account, by=who.actor, now=now)
        return listed.account_item(session, account, now)


def _account(session: Session, login: str) -> Account:
    account = account_here(session, login)
    accounts.only_here(session, account)
    return account


@blueprint.get("/access-tokens")
@blueprint.response(200, AccessTokensSchema)
@blueprint.alt_response(403, "FORBIDDEN")
@needs("access_token.manage")
def get_access_tokens() -> dict[str, Any]:
    """List what programs may read, the newest first. The tokens themselves are not told."""
    now = utc_now()
    with transaction(caller().jurisdiction_id) as session:
        return {"items": queries.access_tokens(session, now), "as_of": now}


@blueprint.post("/access-tokens")
@blueprint.arguments(WantedAccessSchema)
@blueprint.response(201, IssuedSchema)
@blueprint.alt_response(403, "FORBIDDEN")
@blueprint.alt_response(404, "NOT_FOUND")
@needs("access_token.manage")
def post_access_token(body: dict[str, Any]) -> dict[str, Any]:
    """Let a program read what the caller may read, in a grid, until a day. Shown once."""
    who, now, wanted = caller(), utc_now(), access_tokens.Wanted(**body)
    with transaction(who.jurisdiction_id) as session:
        access.require(session, "access_token.manage", wanted.grid_id, sees="roster.read")
        need_deeds(access.held_by_caller(session), wanted.deeds, wanted.grid_id, now)
        id, token = access_tokens.issue(
            session,
            wanted,
            account_id=who.account_id,
            person_id=who.person_id,
            by=who.actor,
            now=now,
        )
        [item] = queries.access_tokens(session, now, id)
    return {"token": str(token), "access_token": item}


@blueprint.post("/access-tokens/<uuid:token_id>:revoke")
@blueprint.arguments(ReasonSchema)
@blueprint.response(204)
@blueprint.alt_response(403, "FORBIDDEN")
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
@needs("access_token.manage")
def post_access_token_revocation(body: dict[str, str], token_id: UUID) -> None:
    """Shut a program out, whoever let it in."""
    who, now = caller(), utc_now()
    with transaction(who.jurisdiction_id) as session:
        device = session.get(Device, token_id)
        if device is None or device.kind != "program":
            raise UnknownAccessToken(f"There is no access token {token_id}.")
        devices.revoke(session, device, by=who.actor, now=now, **body)
