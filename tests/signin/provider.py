"""An OpenID provider on this machine: discovery, keys, authorization and token endpoint.

It keeps to OpenID Connect Core 1.0 and RFC 7636, over real HTTP and with real signatures, and
lets in whoever a test says. `bend` changes what it says afterwards, as a false one would.
"""

import hashlib
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import time
from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, jsonify, redirect, request
from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.serving import serving

CLIENT_ID, CLIENT_SECRET = "gridsvc", "a secret of ours"


@dataclass
class Provider:
    """Who it knows, and what it has handed out."""

    redirect_uri: str
    issuer: str = ""
    subject: str | None = "chen.jing"  # who is at the browser; None: nobody lets themselves in
    bend: Callable[[dict[str, Any]], None] = lambda claims: None
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "1"}))
    signing_key: RSAKey | None = None  # another one than it publishes
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)

    def metadata(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
        }

    def authorize(self, asked: dict[str, str]) -> str:
        """Return where the browser goes on to."""
        expected = {
            "client_id": CLIENT_ID,
            "redirect_uri": self.redirect_uri,
            "response_type": "code",
            "scope": "openid",
            "code_challenge_method": "S256",
        }
        told = {name: asked.get(name) for name in expected}
        assert told == expected
        if self.subject is None:
            return self._back(asked, error="access_denied")
        code = secrets.token_urlsafe()
        self.codes[code] = asked | {"sub": self.subject}
        return self._back(asked, code=code)

    def _back(self, asked: dict[str, str], **answer: str) -> str:
        return f"{self.redirect_uri}?{urlencode(answer | {'state': asked['state']})}"

    def exchange(self, form: dict[str, str]) -> dict[str, str] | None:
        """Return the tokens for a code, once and to its client; None if something is wrong."""
        asked = self.codes.pop(form.get("code", ""), None)
        verifier = form.get("code_verifier", "").encode()
        challenge = urlsafe_b64encode(hashlib.sha256(verifier).digest()).rstrip(b"=").decode()
        who = request.authorization
        if who is None or (who.username, who.password) != (CLIENT_ID, CLIENT_SECRET):
            self.refused.append("client")
        elif asked is None or form.get("redirect_uri") != self.redirect_uri:
            self.refused.append("code")
        elif asked["code_challenge"] != challenge:
            self.refused.append("verifier")
        else:
            return self._tokens(asked)
        return None

    def _tokens(self, asked: dict[str, str]) -> dict[str, str]:
        now = int(time())
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "sub": asked["sub"],
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
        }
        self.bend(claims)
        header = {"alg": "RS256", "kid": "1"}
        signed = jwt.encode(header, claims, self.signing_key or self.key)
        return {"access_token": "unused", "token_type": "Bearer", "id_token": signed}


@contextmanager
def running(provider: Provider) -> Iterator[Provider]:
    """Serve a provider on a port of its own."""
    with serving(_app(provider)) as provider.issuer:
        yield provider


def _app(provider: Provider) -> Flask:
    app = Flask("provider")

    @app.get("/.well-known/openid-configuration")
    def metadata() -> Response:
        return jsonify(provider.metadata())

    @app.get("/jwks")
    def jwks() -> Response:
        return jsonify(keys=[provider.key.as_dict(private=False)])

    @app.get("/authorize")
    def authorize() -> Any:
        return redirect(provider.authorize(request.args.to_dict()))

    @app.post("/token")
    def token() -> Any:
        tokens = provider.exchange(request.form.to_dict())
        return jsonify(tokens) if tokens else (jsonify(error="invalid_grant"), 400)

    return app
