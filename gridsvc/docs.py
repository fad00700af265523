"""The API's document as pages to browse, from files that we serve ourselves."""

from pathlib import Path

import swagger_ui_bundle
from flask import Blueprint, Response, send_from_directory

from gridsvc.identity import open_to_all

ASSETS = Path(swagger_ui_bundle.__file__).parent / "vendor"

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

blueprint = Blueprint("docs", __name__, url_prefix="/api/docs")


@blueprint.get("")
@open_to_all
def page() -> Response:
    """Show the API's document."""
    return Response(PAGE, mimetype="text/html")


@blueprint.get("/start.js")
@open_to_all
def start() -> Response:
    return Response(START, mimetype="text/javascript")


@blueprint.get("/<path:name>")
@open_to_all
def asset(name: str) -> Response:
    return send_from_directory(_version(), name)


def _version() -> Path:
    return next(path.parent for path in ASSETS.rglob("swagger-ui-bundle.js"))
