"""Makes the application: configuration, database, rooms, and the one gate that every request passes."""

from __future__ import annotations

import os
import secrets
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import Flask, abort, current_app, g, redirect, request, url_for
from flask_login import LoginManager, current_user
from flask_wtf.csrf import CSRFProtect
from govuk_frontend_wtf.main import WTFormsHelpers
from jinja2 import ChoiceLoader, FileSystemLoader, PackageLoader, PrefixLoader
from werkzeug.middleware.proxy_fix import ProxyFix

from refuge import commands
from refuge.accounts import views as accounts
from refuge.accounts.sessions import IDLE, ServerSessions, current_actor
from refuge.audit.service import record
from refuge.beds import views as beds
from refuge.config import Config, Setting, load_config
from refuge.database import SAFE_METHODS, Database, close_session, database, is_ref, now
from refuge.errors import register_error_pages
from refuge.home import views as home
from refuge.inreach import views as inreach
from refuge.london import instant_words
from refuge.permissions import EVERYONE, SIGNED_IN, label_of, may, open_to_everyone
from refuge.placements import views as placements
from refuge.referrals import views as referrals
from refuge.replays import views as replays
from refuge.rota import views as rota
from refuge.statistics import views as statistics
from support_plans.views import caring
from support_plans.views import planning as plans

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

ROOT = Path(__file__).parent.parent
STATIC = ROOT / "build" / "static"
ROOMS = (home, accounts, beds, referrals, rota, plans, placements, replays, caring, inreach, statistics)
MEGABYTE = 1024 * 1024
NOT_FOUND = 404
YEAR = 365 * 24 * 60 * 60
LEAVING = "accounts.leave"
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}


class Application(Flask):
    """Flask, but for how long a browser keeps our style and scripts."""

    def get_send_file_max_age(self, filename: str | None) -> int | None:
        """Return for how many seconds a browser may keep a file unasked: a year if its address says how old it is.

        A script that another script imports has no such address: the browser asks each time whether it has changed.
        """
        del filename
        return YEAR if "v" in request.args else None


def create_app(config: Config | None = None) -> Flask:
    """Return the application. Without a configuration it reads the environment and the instance folder.

    Raises refuge.config.ConfigError, whose text says what to change.
    """
    config = config or load_config(os.environ, _instance())
    app = Application("refuge", static_folder=str(STATIC), static_url_path="/static", root_path=str(ROOT / "refuge"))
    app.config.update(
        SECRET_KEY=config.derived_key("cookies"),
        SESSION_COOKIE_NAME="__Host-visit" if config.secure else "visit",
        SESSION_COOKIE_SECURE=config.secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(hours=1),
        MAX_CONTENT_LENGTH=MEGABYTE,
        MAX_FORM_MEMORY_SIZE=MEGABYTE,
        MAX_FORM_PARTS=2000,
        TRUSTED_HOSTS=list(config.trusted_hosts) or None,
        WTF_CSRF_TIME_LIMIT=None,  # it lives and dies with the session
        WTF_CSRF_SSL_STRICT=False,  # it would ask for a Referer, which our own policy keeps back
        SETTING=config.setting,
        CONFIG=config,
    )
    app.extensions["database"] = Database(
        config.database_url,
        key=config.derived_key("database"),
        audit_key=config.derived_key("audit"),
        sealing_key=config.derived_key("sealed columns"),
    )
    app.session_interface = ServerSessions()
    if config.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, config.proxies, config.proxies, config.proxies)  # type: ignore[method-assign]
    _prepare_templates(app)
    _prepare_gate(app)
    register_error_pages(app)
    for room in ROOMS:
        app.register_blueprint(room.blueprint)
    commands.register(app)
    return app


def _instance() -> Path:
    """Return the folder of the key and the data. The demonstration has its own, so that it never meets real data."""
    if named := os.environ.get("ALLOCATIONS_INSTANCE"):
        return Path(named)
    return ROOT / "instance" / ("demo" if os.environ.get("ALLOCATIONS_SETTING") == Setting.DEMO else "")


def _prepare_templates(app: Flask) -> None:
    app.jinja_loader = ChoiceLoader(
        [
            FileSystemLoader(ROOT / "templates"),
            PrefixLoader(
                {
                    "govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja"),
                    "govuk_frontend_wtf": PackageLoader("govuk_frontend_wtf"),
                }
            ),
        ]
    )
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters["instant"] = lambda at: instant_words(at, now=now())
    WTFormsHelpers(app)

    @app.context_processor
    def shown_on_every_page() -> dict[str, Any]:
        signed_in = current_user.is_authenticated
        return {
            "navigation": home.navigation(request.path) if signed_in else [],
            "find_url": home.find_url() if signed_in else None,
            "idle_seconds": int(IDLE.total_seconds()) if signed_in else None,
            "is_demo": app.config["SETTING"] is Setting.DEMO,
            "may": lambda permission: signed_in and may(current_user.role, permission),
        }

    @app.url_defaults
    def name_static_files_by_their_age(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static" and (file := STATIC / values["filename"]).is_file():
            values["v"] = f"{file.stat().st_mtime_ns:x}"


def _prepare_gate(app: Flask) -> None:
    login = LoginManager(app)
    login.session_protection = None  # the token itself is random and dies with the session

    @login.request_loader  # type: ignore[untyped-decorator]  # Flask-Login has no types
    def person_of_this_session(_request: object) -> object:
        row = g.get("web_session")
        return row.person if row is not None else None

    open_to_everyone(app.view_functions["static"])
    app.before_request(_name_request)
    app.before_request(_refuse_other_sites)
    app.before_request(_gate)  # before the guard below: after a lapse a form leads to signing in, not to an error
    CSRFProtect(app).exempt(accounts.leave)  # leaving never fails, and all it does is to sign out
    app.before_request(_refuse_unreadable)
    app.after_request(_audit_missed)
    app.after_request(_send_headers)
    app.teardown_request(close_session)


def _name_request() -> None:
    g.request_id = secrets.token_hex(8)
    if "fault" in g and request.endpoint != LEAVING:
        raise g.fault


def _refuse_other_sites() -> None:
    """Refuse a changing request that another site made the browser send."""
    if request.method in SAFE_METHODS or request.endpoint == LEAVING:
        return
    site = request.headers.get("Sec-Fetch-Site")
    if site is None:
        # Our own forms say `null`, because no page of ours says where it comes from; the token guards them.
        origin = request.headers.get("Origin", "null")
        site = "same-origin" if origin == "null" or urlsplit(origin).netloc == request.host else "cross-site"
    if site not in {"same-origin", "none"}:
        abort(403)


def _gate() -> AnyResponse | None:
    """Let in whom the policy table lets in. A view without a label lets in nobody."""
    if request.endpoint is None:
        return None
    label = label_of(_view_function())
    if label == EVERYONE:
        return None
    if not current_user.is_authenticated:
        if request.headers.get("X-Requested-With") == "fetch" or request.accept_mimetypes.best == "application/json":
            abort(401)  # a script asks: it tells her, and keeps what she typed
        wanted = request.full_path.rstrip("?") if request.method == "GET" and request.path != "/" else None
        return redirect(url_for("accounts.sign_in", next=wanted, ended=g.get("session_over")))
    if label == SIGNED_IN:
        return None
    if label is None or not current_user.may(label):
        _audit_refusal(str(label))
        abort(403)
    return None


def _refuse_unreadable() -> None:
    """Refuse text that a database cannot hold, before anybody tries to put it there."""
    pairs = (*request.args.items(multi=True), *request.form.items(multi=True))
    if "\0" in request.path or any("\0" in text for pair in pairs for text in pair):
        abort(400)


def _view_function() -> Any:  # noqa: ANN401  Flask's own type of a view
    return current_app.view_functions[request.endpoint or ""]


def _audit_refusal(label: str) -> None:
    actor = current_actor()
    close_session()
    with database().write() as db:
        record(db, "access.refused", by=actor, at=now(), endpoint=request.endpoint, label=label)


def _audit_missed(response: Response) -> Response:
    """Note that somebody asked for a record that is not there, or not hers: whoever guesses refs leaves a trace."""
    ref = (request.view_args or {}).get("ref")
    if response.status_code == NOT_FOUND and ref is not None and g.get("web_session") is not None:
        actor = current_actor()
        close_session()
        with database().write() as db:
            record(db, "record.missed", ref if is_ref(ref) else "-", by=actor, at=now(), endpoint=request.endpoint)
    return response


def _send_headers(response: Response) -> Response:
    response.headers.update(HEADERS)
    if current_app.config["CONFIG"].secure:
        response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    if request.endpoint != "static" and not response.cache_control.public:
        response.headers["Cache-Control"] = "no-store"
    return response
