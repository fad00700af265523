"""flask people, flask admins: who is who, from a file or one by one."""

import csv
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click
from flask import current_app

from gridsvc.accountability.rules import Role
from gridsvc.actor import system
from gridsvc.clock import utc_now
from gridsvc.people import accounts, second_factor
from gridsvc.people.service import (
    Enrolled,
    Newcomer,
    account_here,
    renew_code,
    set_password,
)
from gridsvc.roster import service
from gridsvc.roster.differences import HEADER, differences
from gridsvc.roster.export import export
from gridsvc.roster.plan import Plan
from gridsvc.roster.rules import COLUMNS, OPTIONAL
from gridsvc.session import transaction
from gridsvc.sheets import is_workbook, workbook
from gridsvc.tables import (
    SHOWN_FAULTS,
    beside,
    csv_text,
    progress,
    read_table,
    refuse_faulty,
)
from gridsvc.terminal import Commands, import_options, jurisdiction_option
from gridsvc.weeks import LOCAL

people = Commands("people", help="People, their duties, and how they sign in.")
admins = Commands("admins", help="Administrators of a jurisdiction.")

ADMINISTRATORS = [
    role.value for role in (Role.ADMIN, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR)
]
NOTHING_WRITTEN = " (dry run: nothing was written)"


@people.command("import")
@import_options
@click.option(
    "--codes", type=click.Path(dir_okay=False, path_type=Path),
    help="Where to write the activation codes of new people. [FILE.codes.csv]",
)  # fmt: skip
@click.option("--join", "joins", is_flag=True, help="Let logins of other jurisdictions join.")
def import_people(
    path: Path,
    jurisdiction: int,
    is_dry_run: bool,
    errors: Path | None,
    codes: Path | None,
    joins: bool,
) -> None:
    """Import people and duties from FILE, a CSV or XLSX with one row for each duty.

    Columns: login, name, phone, role, subject_kind (grid, enterprise or unit), subject_code,
    seat, from, until. Days are local; an empty from is "since ever", until is the first day
    without the duty. UTF-8 or GB18030. All or nothing; the same file again changes nothing.
    A dry run tells what would change, and writes FILE.differences.csv.
    """
    table = read_table(path, COLUMNS, optional=OPTIONAL)
    now, codes = utc_now(), codes or beside(path, "codes")
    with transaction(jurisdiction) as session:
        plan, known = service.plan(session, list(progress(table.lines, "Reading")), joins=joins)
        refuse_faulty(table, plan.faults, errors or beside(path, "errors"))
        if not is_dry_run:
            enrolled = service.carry_out(session, plan, known, by=system("people.import"), now=now)
            _write_codes([each for each in enrolled if each.code], codes)
    click.echo(_summary(plan) + (NOTHING_WRITTEN if is_dry_run else ""))
    if is_dry_run:
        _report(differences(plan, known), beside(path, "differences"))


def _report(found: Sequence[dict[str, str]], path: Path) -> None:
    """Tell what would change, the first lines here and all of it in a file."""
    if not found:
        return
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, HEADER)
        writer.writeheader()
        writer.writerows(found)
    for row in found[:SHOWN_FAULTS]:
        click.echo("  ".join(filter(None, row.values())))
    click.echo(f"differences: {len(found)} in {path}")


@people.command("export")
@jurisdiction_option
@click.argument("path", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path))
def export_people(jurisdiction: int, path: Path) -> None:
    """Write people and duties into FILE, .csv or .xlsx, as `people import` takes them."""
    with transaction(jurisdiction) as session:
        by = system("people.export")
        table = export(session, purpose=f"flask people export {path.name}", by=by, now=utc_now())
    content = workbook(table) if is_workbook(path) else csv_text(table)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "wb") as file:
        file.write(content)
    click.echo(f"duties: {len(table) - 1} in {path}")


def _summary(plan: Plan) -> str:
    return (
        f"people: {len(plan.new_people)} new, {len(plan.changed_people)} changed,"
        f" {plan.unchanged_people} unchanged; duties: {len(plan.begun)} new,"
        f" {len(plan.ended)} ended, {plan.unchanged_duties} unchanged"
    )


def _write_codes(enrolled: Sequence[Enrolled], path: Path) -> None:
    """Write activation codes where only the owner reads them. Never over earlier ones.

    Inside the transaction: without the file nobody is enrolled.
    """
    if not enrolled:
        return
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise click.ClickException(
            f"The codes cannot be written to {path} ({error.strerror}); nothing was imported."
            " Name another file with --codes."
        ) from None
    with open(descriptor, "w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["login", "name", "activation_code", "valid_until"])
        for each in enrolled:
            writer.writerow([each.login, each.name, each.code, _until(each)])
    click.echo(f"activation codes of {len(enrolled)} people: {path}")


def _until(enrolled: Enrolled) -> str:
    return f"{enrolled.code_until.astimezone(LOCAL):%Y-%m-%d %H:%M}"


@people.command("renew-code")
@jurisdiction_option
@click.argument("login")
def renew_activation_code(jurisdiction: int, login: str) -> None:
    """Make a new activation code for LOGIN and print it, once."""
    with transaction(jurisdiction) as session:
        account = account_here(session, login)
        enrolled = renew_code(session, account, by=system("people.renew-code"), now=utc_now())
    _print_code(enrolled)


@people.command("set-password")
@jurisdiction_option
@click.argument("login")
def set_a_password(jurisdiction: int, login: str) -> None:
    """Give LOGIN a password, asked for or read from standard input; it has to be changed."""
    password = _password()
    with transaction(jurisdiction) as session:
        account = account_here(session, login)
        by = system("people.set-password")
        set_password(session, account, password, must_change=True, by=by, now=utc_now())
    click.echo(f"{login} has a new password.")


def _password() -> str:
    if sys.stdin.isatty():
        answer: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
        return answer
    return sys.stdin.readline().rstrip("\r\n")


@people.command("disable")
@jurisdiction_option
@click.argument("login")
@click.option("--reason", required=True)
def disable_account(jurisdiction: int, login: str, reason: str) -> None:
    """Shut the account of LOGIN, wherever its owner works."""
    with transaction(jurisdiction) as session:
        account = account_here(session, login)
        by = system("people.disable")
        accounts.disable(session, account, reason=reason, by=by, now=utc_now())
    click.echo(f"{login} is shut.")


@people.command("enable")
@jurisdiction_option
@click.argument("login")
@click.option("--reason", required=True)
def enable_account(jurisdiction: int, login: str, reason: str) -> None:
    """Open the account of LOGIN again."""
    with transaction(jurisdiction) as session:
        account = account_here(session, login)
        by = system("people.enable")
        accounts.enable(session, account, reason=reason, by=by, now=utc_now())
    click.echo(f"{login} is open.")


@people.command("reset-second-factor")
@jurisdiction_option
@click.argument("login")
def reset_second_factor(jurisdiction: int, login: str) -> None:
    """Take the second factor of LOGIN away, whose owner has lost it."""
    with transaction(jurisdiction) as session:
        account = account_here(session, login)
        by = system("people.reset-second-factor")
        second_factor.remove(session, account, by=by, now=utc_now())
    click.echo(f"{login} has no second factor.")


@people.command("link-oidc")
@jurisdiction_option
@click.argument("login")
@click.option("--issuer", help="[default: OIDC_ISSUER]")
@click.option("--subject", required=True, help="Who LOGIN is to that provider.")
def link_oidc(jurisdiction: int, login: str, issuer: str | None, subject: str) -> None:
    """Let an OpenID provider vouch for LOGIN."""
    issuer = issuer or current_app.config["OIDC_ISSUER"]
    if not issuer:
        raise click.UsageError("There is no OIDC_ISSUER; name the provider with --issuer.")
    with transaction(jurisdiction) as session:
        account = account_here(session, login)
        by = system("people.link-oidc")
        accounts.link_oidc(session, account, issuer, subject, by=by, now=utc_now())
    click.echo(f"{login} is {subject} of {issuer}.")


@admins.command("create")
@jurisdiction_option
@click.option("--login", required=True)
@click.option("--name", required=True)
@click.option(
    "--role", type=click.Choice([*ADMINISTRATORS]), default=Role.ADMIN.value, show_default=True,
    help="admin appoints the others; each of these looks after one thing.",
)  # fmt: skip
def create_admin(jurisdiction: int, login: str, name: str, role: str) -> None:
    """Enrol an administrator of a jurisdiction, and print the activation code, once."""
    newcomer = Newcomer(login=login.strip(), name=name.strip())
    with transaction(jurisdiction) as session:
        enrolled = service.admit_administrator(
            session, newcomer, role=Role(role), by=system("admins.create"), now=utc_now()
        )
    _print_code(enrolled)


def _print_code(enrolled: Enrolled) -> None:
    click.echo(f"login: {enrolled.login}")
    click.echo(f"activation code: {enrolled.code} (until {_until(enrolled)})")
