"""flask audit, flask receipts: whether what is recorded is what was recorded."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from gridsvc.audit import anchors
from gridsvc.clock import utc_now
from gridsvc.session import transaction
from gridsvc.signing import is_genuine, signer
from gridsvc.terminal import Commands, jurisdiction_option

audit = Commands("audit", help="The trail.")
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FORGED = "the receipt was not signed with this key, or was altered"

receipts = Commands("receipts", help="Receipts that phones were given.")


@audit.command("verify")
@jurisdiction_option
@click.option("--anchors", "anchor_file", type=FILE, help="Anchors that were exported before.")
@click.option("--receipt", "receipt_files", type=FILE, multiple=True, help="A receipt, JSON.")
@click.option("--public-key", metavar="HEX", help="[default: that of this installation]")
def verify_trail(
    jurisdiction: int,
    anchor_file: Path | None,
    receipt_files: Sequence[Path],
    public_key: str | None,
) -> None:
    """Walk the whole trail of a jurisdiction. Exit code 1, and the line, if it is broken.

    It is compared with its anchors in the database, with those of a file, and with receipts.
    """
    key = public_key or signer().public_hex
    signed = _anchors(anchor_file) if anchor_file else []
    signed += [_receipt(path) for path in receipt_files]
    with transaction(jurisdiction) as session:
        others = [anchors.witness(session, each, key) for each in signed]
        found = anchors.witnessed(session, key, others)
    seq, hash = found.walk.head
    click.echo(f"lines: {found.walk.lines}")
    click.echo(f"head: {seq} {hash}")
    click.echo(f"witnesses: {found.anchors} anchors here, {len(others)} from elsewhere")
    if broken := found.walk.first_break:
        raise click.ClickException(f"broken at line {broken.seq}: {broken.reason}")
    click.echo("the trail holds")


@audit.group("anchors")
def anchor_commands() -> None:
    """The daily anchors of the trail."""


@anchor_commands.command("sign")
@jurisdiction_option
def sign_anchor(jurisdiction: int) -> None:
    """Sign where the trail ends, unless it was done today. The worker does so every day."""
    with transaction(jurisdiction) as session:
        is_new = anchors.sign_day(session, signer(), now=utc_now())
    click.echo("signed" if is_new else "today has its anchor already")


@anchor_commands.command("export")
@jurisdiction_option
@click.argument("path", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path))
def export_anchors(jurisdiction: int, path: Path) -> None:
    """Write every anchor into FILE, a JSON object a line. Keep it where nobody here can write."""
    with transaction(jurisdiction) as session:
        lines = [json.dumps(anchors.told(anchor)) for anchor in anchors.anchors(session)]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    click.echo(f"anchors: {len(lines)} in {path}")


def _anchors(path: Path) -> list[dict[str, Any]]:
    """Return the anchors of an exported file."""
    return [_signed(line, f"line {number} of {path}") for number, line in _numbered(path)]


def _numbered(path: Path) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.strip():
            yield number, line


def _signed(text: str, where: str) -> dict[str, Any]:
    """Return an anchor from its text."""
    try:
        told = json.loads(text)
    except ValueError as error:
        raise click.ClickException(f"{where} is no JSON: {error}") from None
    if not isinstance(told, dict) or not {"day", "audit_seq", "audit_hash"} <= told.keys():
        raise click.ClickException(f"{where} holds no anchor")
    return told


@receipts.command("verify")
@click.argument("path", metavar="FILE", type=FILE)
@click.option("--public-key", metavar="HEX", help="[default: that of this installation]")
def verify_receipts(path: Path, public_key: str | None) -> None:
    """Check the receipt in FILE, JSON, or all in the file of a month that a phone saves.

    Against a public key; asks no database. Exit code 1 if one does not hold.
    """
    key = signer().public_hex if public_key is None else public_key
    told = _json(path)
    if isinstance(told, dict) and isinstance(told.get("receipts"), list):
        _verify_all([_is_receipt(one, path) for one in told["receipts"]], key)
    else:
        _verify_one(_receipt(path), key)


def _verify_one(receipt: dict[str, Any], key: str) -> None:
    if not is_genuine(receipt, key):
        raise click.ClickException(FORGED)
    for name, value in sorted(receipt.items()):
        click.echo(f"{name}: {json.dumps(value)}")
    click.echo("the receipt is genuine")


def _verify_all(found: Sequence[dict[str, Any]], key: str) -> None:
    for receipt in found:
        if not is_genuine(receipt, key):
            raise click.ClickException(f"{receipt['id']}: {FORGED}")
        click.echo(f"{receipt['received_at']} {receipt['id']} {receipt['audit_seq']}")
    click.echo(f"receipts: {len(found)}, all of them genuine")


def _receipt(path: Path) -> dict[str, Any]:
    """Return a receipt from its file, or from an answer that has one inside."""
    told = _json(path)
    return _is_receipt(told.get("receipt", told) if isinstance(told, dict) else None, path)


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except ValueError as error:
        raise click.ClickException(f"{path} is no JSON: {error}") from None


def _is_receipt(told: Any, path: Path) -> dict[str, Any]:
    if not isinstance(told, dict) or not {"id", "audit_seq", "audit_hash"} <= told.keys():
        raise click.ClickException(f"{path} holds no receipt")
    return told
