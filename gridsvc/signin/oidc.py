"""Asking an OpenID provider who somebody is: OpenID Connect Core 1.0, the code flow, with PKCE.

Whatever the provider answers is checked here; nothing of it is believed but the subject.
"""

from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest
from typing import Any

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import ExpiredTokenError, InvalidClaimError, JoseError, MissingClaimError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from gridsvc.errors import Forbidden, NotFound, Refused

# Signed with a key that the provider alone has; with a shared one, anybody with our secret could.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]
LEEWAY_S = 60
TIMEOUT_S = 10


class OidcNotOffered(NotFound):
    """Nobody can sign in with another provider here."""


class OidcUnreachable(Refused):
    """The sign-in provider cannot be reached, or does not answer as one."""


class OidcDenied(Forbidden):
    """The sign-in provider did not let you in."""


class OidcWrongState(Forbidden):
    """This answer of the sign-in provider belongs to no sign-in that was begun here."""


class OidcWrongNonce(Forbidden):
    """The sign-in provider answered to another question."""


class OidcWrongAudience(Forbidden):
    """The sign-in provider answered to somebody else."""


class OidcTokenExpired(Forbidden):
    """The answer of the sign-in provider came too late."""


class OidcBadToken(Forbidden):
    """The answer of the sign-in provider does not prove true."""


class OidcUnknownSubject(Forbidden):
    """The sign-in provider knows you, but no account here is linked with you."""


OF_CLAIM = {"nonce": OidcWrongNonce, "aud": OidcWrongAudience, "azp": OidcWrongAudience}


@dataclass(frozen=True, kw_only=True)
class Provider:
    """Who vouches for people, and who we are to it."""

    issuer: str
    client_id: str
    client_secret: str
    redirect_uri: str


@dataclass(frozen=True, kw_only=True)
class Question:
    """What a sign-in was begun with. The answer has to fit to it."""

    state: str
    nonce: str
    verifier: str
    jurisdiction_id: int | None

    @classmethod
    def new(cls, jurisdiction_id: int | None) -> "Question":
        state, nonce, verifier = (generate_token(48) for _ in range(3))
        return cls(state=state, nonce=nonce, verifier=verifier, jurisdiction_id=jurisdiction_id)


def address(provider: Provider, question: Question) -> str:
    """Return where to send a browser to be asked who is there. Raises OidcUnreachable."""
    endpoint = _metadata(provider)["authorization_endpoint"]
    with _client(provider) as client:
        url, _ = client.create_authorization_url(
            endpoint,
            state=question.state,
            nonce=question.nonce,
            code_verifier=question.verifier,
        )
    return str(url)


def subject(
    provider: Provider, question: Question | None, answer: dict[str, str], *, now: datetime
) -> str:
    """Return whom the provider vouches for, from the answer that a browser brought back.

    Raises OidcWrongState, OidcDenied, OidcUnreachable, OidcWrongNonce, OidcWrongAudience,
    OidcTokenExpired, OidcBadToken.
    """
    state = answer.get("state", "").encode()
    if question is None or not compare_digest(state, question.state.encode()):
        raise OidcWrongState("Begin again.")
    if "code" not in answer:
        raise OidcDenied("Begin again, or sign in here.", error=answer.get("error"))
    metadata = _metadata(provider)
    tokens = _tokens(provider, metadata, answer["code"], question.verifier)
    return _verified(provider, metadata, tokens, question.nonce, now)


def _client(provider: Provider, **more: Any) -> Any:
    return OAuth2Session(
        provider.client_id,
        provider.client_secret,
        scope="openid",
        redirect_uri=provider.redirect_uri,
        code_challenge_method="S256",
        default_timeout=TIMEOUT_S,
        **more,
    )


def _metadata(provider: Provider) -> dict[str, Any]:
    """Return what the provider says about itself (OpenID Connect Discovery 1.0)."""
    told = _got(f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration")
    needed = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    if told.get("issuer") != provider.issuer or not all(told.get(name) for name in needed):
        raise OidcUnreachable("It does not say that it is the issuer of our setting.")
    return told


def _got(url: str) -> dict[str, Any]:
    try:
        response = requests.get(url, timeout=TIMEOUT_S)
        response.raise_for_status()
        told = response.json()
    except requests.RequestException as error:
        raise OidcUnreachable(f"{type(error).__name__} at {url}.") from error
    if not isinstance(told, dict):
        raise OidcUnreachable(f"No object at {url}.")
    return told


def _tokens(
    provider: Provider, metadata: dict[str, Any], code: str, verifier: str
) -> dict[str, Any]:
    """Return what the provider gives for a code. It gives it once, and to us alone."""
    ways = metadata.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    way = "client_secret_basic" if "client_secret_basic" in ways else "client_secret_post"
    with _client(provider, token_endpoint_auth_method=way) as client:
        try:
            return dict(
                client.fetch_token(metadata["token_endpoint"], code=code, code_verifier=verifier)
            )
        except AuthlibBaseError as error:
            raise OidcDenied("It did not take the code.", error=error.error) from error
        except (requests.RequestException, ValueError) as error:
            raise OidcUnreachable(f"{type(error).__name__} at its token endpoint.") from error


def _verified(
    provider: Provider,
    metadata: dict[str, Any],
    tokens: dict[str, Any],
    nonce: str,
    now: datetime,
) -> str:
    registry = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
    expected = {
        "iss": {"essential": True, "value": provider.issuer},
        "aud": {"essential": True, "value": provider.client_id},
    }
    told = {
        "nonce": nonce,
        "client_id": provider.client_id,
        "access_token": tokens.get("access_token"),
    }
    try:
        keys = KeySet.import_key_set(_got(metadata["jwks_uri"]))  # type: ignore[arg-type]
        token = jwt.decode(str(tokens.get("id_token", "")), keys, registry=registry)
        claims = CodeIDToken(token.claims, token.header, expected, told)
        claims.validate(now=int(now.timestamp()), leeway=LEEWAY_S)
    except ExpiredTokenError as error:
        raise OidcTokenExpired("Begin again.") from error
    except (InvalidClaimError, MissingClaimError) as error:
        kind = OF_CLAIM.get(error.claim, OidcBadToken)
        raise kind("Begin again.", claim=error.claim) from error
    except (JoseError, ValueError) as error:
        raise OidcBadToken("Begin again.", error=type(error).__name__) from error
    return str(claims["sub"])
