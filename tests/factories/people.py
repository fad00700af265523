"""Accounts and devices of people, so that a test can sign in and ask as they would."""

from datetime import UTC, datetime, timedelta
from functools import cache

from gridsvc.ids import new_id
from gridsvc.people.codes import new_secret, secret_digest
from gridsvc.people.models import Account, Device, Membership, Person
from gridsvc.people.passwords import hashed
from gridsvc.session import Session
from gridsvc.signin.rules import Token

PASSWORD = "grid2026"


@cache
def password_hash() -> str:
    """One hash serves all: it takes its time."""
    return hashed(PASSWORD)


def an_account(session: Session, owner: Person, login: str, **changes: object) -> Account:
    """Give somebody an account of the jurisdiction, with PASSWORD."""
    usual = {
        "password_hash": password_hash(),
        "must_change_password": False,
        "created_at": datetime.now(UTC),
    }
    account = Account(id=new_id(), login=login, **usual | changes)
    session.add(account)
    session.flush()
    session.add(
        Membership(account_id=account.id, jurisdiction_id=owner.jurisdiction_id, person_id=owner.id)
    )
    session.commit()
    return account


def a_phone(session: Session, owner: Person, **changes: object) -> str:
    """Put a phone into somebody's hand; return its token."""
    secret, id, now = new_secret(), new_id(), datetime.now(UTC)
    account = Account(id=new_id(), login=f"{owner.login}-{id}", must_change_password=False)
    account.created_at = now
    session.add(account)
    session.flush()
    usual = {
        "id": id,
        "account_id": account.id,
        "person_id": owner.id,
        "kind": "phone",
        "name": "test",
        "secret_digest": secret_digest(secret),
        "rotated_at": now,
        "created_at": now,
        "last_seen_at": now,
        "expires_at": now + timedelta(days=90),
    }
    session.add(Device(**usual | changes))
    session.commit()
    return str(Token(owner.jurisdiction_id, id, secret))


def bearer(session: Session, owner: Person, **changes: object) -> dict[str, str]:
    """The headers with which somebody asks."""
    return {"Authorization": f"Bearer {a_phone(session, owner, **changes)}"}
