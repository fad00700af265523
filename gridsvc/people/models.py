"""People, the accounts they sign in with, the devices they carry, and the units they work for."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from gridsvc.db import Counter, Model
from gridsvc.ids import new_id
from gridsvc.named import Named
from gridsvc.scoped import Scoped, Shared, scoped_fk


class Account(Shared, Model):
    """A login. The same one, whichever jurisdictions its owner works in."""

    __tablename__ = "account"
    __table_args__ = (UniqueConstraint("login"), UniqueConstraint("oidc_issuer", "oidc_subject"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    login: Mapped[str]
    password_hash: Mapped[str | None]  # argon2id; None until the activation code was used
    activation_digest: Mapped[str | None]
    activation_until: Mapped[datetime | None]
    must_change_password: Mapped[bool]
    oidc_issuer: Mapped[str | None]  # who else may say that it is them, and under which name
    oidc_subject: Mapped[str | None]
    disabled_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class SecondFactor(Shared, Model):
    """The secret in somebody's authenticator. It counts once a code of it was shown."""

    __tablename__ = "second_factor"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    secret: Mapped[str]  # sealed
    last_step: Mapped[Counter | None]  # the half minute of the last code: none is good twice
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]


class RecoveryCode(Shared, Model):
    """A code for whoever has lost the authenticator. Good once; kept as a digest."""

    __tablename__ = "recovery_code"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    digest: Mapped[str] = mapped_column(primary_key=True)
    used_at: Mapped[datetime | None]


class SigninFailure(Shared, Model):
    """How often a login was tried in vain in a row, and until when it has to wait."""

    __tablename__ = "signin_failure"

    login: Mapped[str] = mapped_column(primary_key=True)
    failures: Mapped[int]
    locked_until: Mapped[datetime | None]
    last_at: Mapped[datetime]


class Membership(Shared, Model):
    """Who an account is in a jurisdiction. Part of the login directory, so it is shared."""

    __tablename__ = "membership"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    jurisdiction_id: Mapped[int] = mapped_column(ForeignKey("jurisdiction.id"), primary_key=True)
    person_id: Mapped[UUID]


class Person(Named, Scoped, Model):
    """Somebody who can hold a duty. What they may do follows from their duties alone."""

    __tablename__ = "person"
    __table_args__ = (UniqueConstraint("jurisdiction_id", "login"),)

    login: Mapped[str]
    phone: Mapped[str | None]


class Unit(Scoped, Model):
    """A responsible unit (责任单位): a bureau, a town, a department."""

    __tablename__ = "unit"
    __table_args__ = (
        scoped_fk("parent_id", "unit"),
        UniqueConstraint("jurisdiction_id", "code"),
    )

    code: Mapped[str]
    name: Mapped[str]
    kind: Mapped[str]
    parent_id: Mapped[UUID | None]


class Device(Scoped, Model):
    """A phone or a browser that somebody signed in on. Its secret is kept as a digest.

    `previous_digest` stays good until two days after the present secret was first shown
    (`confirmed_at`), because the answer that carried it may have been lost. Whoever shows
    one of `former_digests` has a copy.
    """

    __tablename__ = "device"
    __table_args__ = (
        scoped_fk("person_id", "person"),
        CheckConstraint("kind IN ('phone', 'browser', 'program')", name="kind"),
        CheckConstraint("proof IN ('password', 'oidc', 'issued')", name="proof"),
        Index(None, "jurisdiction_id", "person_id"),
    )

    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    person_id: Mapped[UUID]
    kind: Mapped[str]
    proof: Mapped[str] = mapped_column(default="password")  # by what somebody signed in on it
    name: Mapped[str]
    app_build: Mapped[str | None]
    secret_digest: Mapped[str]
    previous_digest: Mapped[str | None]
    former_digests: Mapped[list[str]] = mapped_column(default=list)
    rotated_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoked_reason: Mapped[str | None]


class AccessToken(Scoped, Model):
    """What a program may read, where and what for. Its id is that of the device that it is."""

    __tablename__ = "access_token"
    __table_args__ = (scoped_fk("id", "device"), scoped_fk("grid_id", "grid"))

    purpose: Mapped[str]
    deeds: Mapped[list[str]]
    grid_id: Mapped[UUID]
