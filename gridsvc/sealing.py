"""Secrets that we have to know again, kept so that a copy of the database does not tell them."""

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app

NONCE_LENGTH = 12


class Sealer:
    """Seals short texts (AES-256-GCM) under a key made from `seed`, each for one owner."""

    def __init__(self, seed: bytes) -> None:
        key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"gridsvc sealed").derive(seed)
        self._cipher = AESGCM(key)

    def seal(self, text: str, owner: str) -> str:
        """Return what is stored of `text`."""
        nonce = os.urandom(NONCE_LENGTH)
        sealed = self._cipher.encrypt(nonce, text.encode(), owner.encode())
        return urlsafe_b64encode(nonce + sealed).decode()

    def open(self, sealed: str, owner: str) -> str:
        """Return what was sealed for `owner`. Raises InvalidTag for anything else."""
        raw = urlsafe_b64decode(sealed)
        nonce, rest = raw[:NONCE_LENGTH], raw[NONCE_LENGTH:]
        return self._cipher.decrypt(nonce, rest, owner.encode()).decode()


def sealer() -> Sealer:
    """Return the sealer of this application (setting RECEIPT_KEY)."""
    the_sealer: Sealer = current_app.extensions["sealer"]
    return the_sealer
