"""The application factory: with cli.py, all that knows every feature."""

from flask import Flask
from flask_wtf.csrf import CSRFProtect

from gridsvc import cli
from gridsvc.accountability.access import authorize
from gridsvc.accounts.routes import blueprint as accounts
from gridsvc.asides.routes import blueprint as quarantine
from gridsvc.asides.routes import imports as queue_imports
from gridsvc.audit.routes import blueprint as audit
from gridsvc.certificates.routes import blueprint as certificates
from gridsvc.config import Settings
from gridsvc.connections import leave_the_dead, serve_as_app_role
from gridsvc.coverage.routes import blueprint as coverage
from gridsvc.disclosures.routes import blueprint as disclosures
from gridsvc.dispatches.routes import blueprint as dispatches
from gridsvc.docs import blueprint as docs
from gridsvc.dossiers.routes import blueprint as dossiers
from gridsvc.edits.routes import blueprint as edits
from gridsvc.enterprises.routes import blueprint as enterprises
from gridsvc.flags.routes import blueprint as flags
from gridsvc.handovers.routes import blueprint as handovers
from gridsvc.health import blueprint as health
from gridsvc.home.routes import blueprint as home
from gridsvc.identity import require_identity
from gridsvc.inspections.routes import blueprint as inspections
from gridsvc.issues.routes import blueprint as issues
from gridsvc.leaves.routes import blueprint as leaves
from gridsvc.logs import init_app as init_logs
from gridsvc.maps.routes import blueprint as maps
from gridsvc.marks.routes import blueprint as marks
from gridsvc.media.routes import photos, uploads
from gridsvc.patrols.routes import blueprint as patrols
from gridsvc.penalties.routes import blueprint as penalties
from gridsvc.phones.routes import blueprint as phones
from gridsvc.problems import ProblemApi
from gridsvc.proposals.routes import blueprint as proposals
from gridsvc.roster.routes import blueprint as roster
from gridsvc.rules.routes import blueprint as rules
from gridsvc.sealing import Sealer
from gridsvc.search.routes import blueprint as search
from gridsvc.session import db
from gridsvc.signin.authenticate import authenticate
from gridsvc.signin.routes import blueprint as signin
from gridsvc.signing import Signer
from gridsvc.summaries.routes import blueprint as summaries
from gridsvc.sync.intake import take_one
from gridsvc.sync.routes import blueprint as sync
from gridsvc.traces.routes import blueprint as traces
from gridsvc.web.routes import blueprint as web
from gridsvc.wire import PointField, UuidV7Converter

FEATURES = (
    signin,
    accounts,
    audit,
    roster,
    leaves,
    search,
    rules,
    marks,
    enterprises,
    dossiers,
    penalties,
    certificates,
    maps,
    patrols,
    coverage,
    uploads,
    photos,
    inspections,
    flags,
    proposals,
    issues,
    summaries,
    dispatches,
    handovers,
    traces,
    home,
    disclosures,
    sync,
    quarantine,
    queue_imports,
    edits,
    phones,
)
PLAIN = (health, docs, web)

FIXED = {
    "API_TITLE": "gridsvc",
    "API_VERSION": "v1",
    "OPENAPI_VERSION": "3.1.0",
    "MAX_CONTENT_LENGTH": 32 * 1024 * 1024,  # a batch of 500 records, or a piece of a photo
    "SESSION_COOKIE_HTTPONLY": True,
    "SESSION_COOKIE_SAMESITE": "Strict",
    "WTF_CSRF_CHECK_DEFAULT": False,  # checked for requests that a cookie speaks for
    "WTF_CSRF_TIME_LIMIT": None,  # as long as the session
}


def create_app(settings: Settings) -> Flask:
    """Build gridsvc from its settings."""
    app = Flask(__name__, static_folder=None)
    app.config.from_mapping(FIXED)
    app.config.from_mapping(settings.flask_config())
    app.url_map.converters["uuid7"] = UuidV7Converter
    app.extensions["signer"] = Signer(bytes.fromhex(settings.receipt_key))
    app.extensions["sealer"] = Sealer(bytes.fromhex(settings.receipt_key))
    app.extensions["way_in"] = take_one

    db.init_app(app)
    with app.app_context():
        serve_as_app_role(db.engine)
        leave_the_dead(db.engine)
    init_logs(app)
    CSRFProtect(app)
    require_identity(app, authenticate, authorize)
    api = ProblemApi(app)
    app.extensions["api"] = api
    api.register_field(PointField, "object", None)
    for blueprint in FEATURES:
        api.register_blueprint(blueprint)
    for plain in PLAIN:
        app.register_blueprint(plain)
    cli.init_app(app)
    return app
