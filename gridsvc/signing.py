"""The key that receipts are signed with."""

from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from flask import current_app

from gridsvc.digests import canonical
from gridsvc.errors import Refused

ALGORITHM = "ed25519"


class BadPublicKey(Refused):
    """A public key has 64 hexadecimal digits."""


class Signer:
    """An Ed25519 key. Whoever has `public_key` checks a receipt without asking us."""

    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public_key = self._key.public_key()

    @property
    def public_hex(self) -> str:
        """The public key, 32 bytes in hexadecimal."""
        raw = serialization.Encoding.Raw, serialization.PublicFormat.Raw
        return self.public_key.public_bytes(*raw).hex()

    def sign(self, content: dict[str, Any]) -> dict[str, Any]:
        """Return `content` with a signature, in hexadecimal, over its canonical JSON."""
        return {**content, "signature": self._key.sign(canonical(content)).hex()}


def signer() -> Signer:
    """Return the signer of this application (setting RECEIPT_KEY)."""
    the_signer: Signer = current_app.extensions["signer"]
    return the_signer


def is_genuine(signed: dict[str, Any], public_hex: str) -> bool:
    """Say whether `signed` came from the key with this public half. Raises BadPublicKey."""
    content = {name: value for name, value in signed.items() if name != "signature"}
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_hex))
    except ValueError:
        raise BadPublicKey(f"{public_hex!r} is no public key.") from None
    try:
        key.verify(bytes.fromhex(signed.get("signature", "")), canonical(content))
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True
