"""The API's document, and pages to browse it, from files that we serve ourselves."""

from typing import Any

from flask import Blueprint, Response, current_app, send_from_directory
from flask.typing import ResponseReturnValue

from gridsvc.config import ROOT
from gridsvc.identity import open_to_all
from gridsvc.problems import PROBLEM_JSON

ASSETS = ROOT / "gridsvc" / "web" / "dist" / "docs"  # swagger-ui, laid there by the web build

PAGE = """<!doctype html>
<html lang="zh-CN">
<head><meta charset="utf-8"><title>gridsvc API</title>
<link rel="stylesheet" href="/api/docs/swagger-ui.css"></head>
<body><div id="swagger-ui"></div>
<script src="/api/docs/swagger-ui-bundle.js"></script>
<script src="/api/docs/start.js"></script></body>
</html>
"""
START = 'SwaggerUIBundle({ url: "/api/openapi.json", dom_id: "#swagger-ui" })\n'

blueprint = Blueprint("docs", __name__, url_prefix="/api")


@blueprint.get("/openapi.json")
@open_to_all
def document() -> ResponseReturnValue:
    """Answer the API's document, OpenAPI 3.1."""
    spec: dict[str, Any] = current_app.extensions["api"].spec.to_dict()
    for path in spec["paths"].values():
        for operation in path.values():
            if isinstance(operation, dict):
                _mend(operation.get("responses", {}))
    _mend(spec["components"].get("responses", {}))
    return spec


def _mend(responses: dict[str, dict[str, dict[str, object]]]) -> None:
    """Errors are problem documents; flask-smorest files some of them under JSON."""
    for code, response in responses.items():
        content = response.get("content", {})
        if not code.startswith(("2", "3")) and "application/json" in content:
            content[PROBLEM_JSON] = content.pop("application/json")


@blueprint.get("/docs")
@open_to_all
def page() -> Response:
    """Show the API's document."""
    return Response(PAGE, mimetype="text/html")


@blueprint.get("/docs/start.js")
@open_to_all
def start() -> Response:
    return Response(START, mimetype="text/javascript")


@blueprint.get("/docs/<path:name>")
@open_to_all
def asset(name: str) -> Response:
    return send_from_directory(ASSETS, name)
