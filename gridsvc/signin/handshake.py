"""What a browser carries while it is away at another provider.

A cookie of its own: it has to come back from another site, which that of the session never does.
"""

import json
from dataclasses import asdict
from urllib.parse import urlencode

from flask import Response, current_app, request
from itsdangerous import BadSignature, URLSafeTimedSerializer

from gridsvc.errors import DomainError
from gridsvc.problems import describe
from gridsvc.signin.oidc import OidcNotOffered, Provider, Question

NAME, PATH = "oidc", "/api/v1/oidc"
GOOD_FOR_S = 600


def provider() -> Provider:
    """Return the provider of this installation (OIDC_ISSUER). Raises OidcNotOffered."""
    config = current_app.config
    if not config["OIDC_ISSUER"]:
        raise OidcNotOffered("There is no OIDC_ISSUER.")
    return Provider(
        issuer=config["OIDC_ISSUER"],
        client_id=config["OIDC_CLIENT_ID"],
        client_secret=config["OIDC_CLIENT_SECRET"],
        redirect_uri=f"{config['PUBLIC_URL']}{PATH}/callback",
    )


def hand_out(response: Response, question: Question) -> Response:
    """Give a browser its question to carry."""
    response.set_cookie(
        NAME,
        _serializer().dumps(asdict(question)),
        max_age=GOOD_FOR_S,
        path=PATH,
        secure=current_app.config["PUBLIC_URL"].startswith("https://"),
        httponly=True,
        samesite="Lax",
    )
    return response


def brought_back() -> Question | None:
    """Return the question that a browser carries, unless it is none of ours, or too old."""
    try:
        told = _serializer().loads(request.cookies.get(NAME, ""), max_age=GOOD_FOR_S)
    except BadSignature:
        return None
    return Question(**told)


def wants_a_page() -> bool:
    """Say whether somebody looks at the answer."""
    return "text/html" in request.accept_mimetypes.values()


def sign_in_page(refusal: DomainError) -> str:
    """Return the address of the page that tells somebody why they were refused.

    Whoever has to choose where to work finds there what to choose from.
    """
    told = {"problem": describe(refusal)["type"].rpartition("/")[-1]}
    if choices := refusal.facts.get("jurisdictions"):
        told["jurisdictions"] = json.dumps(choices, ensure_ascii=False)
    return f"/desk/sign-in?{urlencode(told)}"


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="oidc")
