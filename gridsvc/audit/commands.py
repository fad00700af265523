"""flask audit, flask receipts: whether what is recorded is what was recorded."""

import json
from pathlib import Path
from typing import Any

import click

from gridsvc.audit.service import verification
from gridsvc.session import transaction
from gridsvc.signing import is_genuine, signer
from gridsvc.terminal import Commands, jurisdiction_option

audit = Commands("audit", help="The trail.")
receipts = Commands("receipts", help="Receipts that phones were given.")


@audit.command("verify")
@jurisdiction_option
def verify_trail(jurisdiction: int) -> None:
    """Walk the whole trail of a jurisdiction. Exit code 1, and the line, if it is broken."""
    with transaction(jurisdiction) as session:
        found = verification(session)
    seq, hash = found.head
    click.echo(f"lines: {found.lines}")
    click.echo(f"head: {seq} {hash}")
    if broken := found.first_break:
        raise click.ClickException(f"broken at line {broken.seq}: {broken.reason}")
    click.echo("the trail holds")


@receipts.command("verify")
@click.argument(
    "path", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--public-key", metavar="HEX", help="[default: that of this installation]")
def verify_receipt(path: Path, public_key: str | None) -> None:
    """Check the receipt in FILE, JSON, against a public key. Asks no database."""
    receipt = _receipt(path)
    if not is_genuine(receipt, signer().public_hex if public_key is None else public_key):
        raise click.ClickException("the receipt was not signed with this key, or was altered")
    for name, value in sorted(receipt.items()):
        click.echo(f"{name}: {json.dumps(value)}")
    click.echo("the receipt is genuine")


def _receipt(path: Path) -> dict[str, Any]:
    """Return a receipt from its file, or from an answer that has one inside."""
    try:
        told = json.loads(path.read_bytes())
    except ValueError as error:
        raise click.ClickException(f"{path} is no JSON: {error}") from None
    receipt = told.get("receipt", told) if isinstance(told, dict) else None
    if not isinstance(receipt, dict):
        raise click.ClickException(f"{path} holds no receipt")
    return receipt
