"""The pages: the factory, and the list of everything that is served."""

import logging
from datetime import timedelta
from pathlib import Path

from flask import Blueprint, Flask
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter

from services.web import edge, shell
from services.web.accounts.views import blueprint as accounts
from services.web.assessments.views import blueprint as assessments
from services.web.assets import offer_assets
from services.web.audiences.views import blueprint as audiences
from services.web.audit.views import blueprint as audit
from services.web.ballots.views import blueprint as ballots
from services.web.certificates.views import blueprint as certificates
from services.web.channels.views import blueprint as channels
from services.web.circulars.views import blueprint as circulars
from services.web.contacts.views import blueprint as contacts
from services.web.deeds.views import blueprint as deeds
from services.web.dispatches.views import blueprint as dispatches
from services.web.documents.views import blueprint as documents
from services.web.dues.views import blueprint as dues
from services.web.duties.views import blueprint as duties
from services.web.events.views import blueprint as events
from services.web.exports.views import blueprint as exports
from services.web.files.views import blueprint as files
from services.web.findings.views import blueprint as findings
from services.web.health.views import blueprint as health
from services.web.imports.views import blueprint as imports
from services.web.jobs.views import blueprint as jobs
from services.web.ledger.views import blueprint as ledger
from services.web.letterheads.views import blueprint as letterheads
from services.web.life.views import blueprint as life
from services.web.limits import limiter
from services.web.meetings.views import blueprint as meetings
from services.web.members.views import blueprint as members
from services.web.messages.views import blueprint as messages
from services.web.minutes.views import blueprint as minutes
from services.web.organisations.views import blueprint as organisations
from services.web.plans.views import blueprint as plans
from services.web.publications.views import blueprint as publications
from services.web.reforms.views import blueprint as reforms
from services.web.reminders.views import blueprint as reminders
from services.web.returns.views import blueprint as returns
from services.web.rounds.views import blueprint as rounds
from services.web.schemes.views import blueprint as schemes
from services.web.search.views import blueprint as search
from services.web.settings.views import blueprint as settings_pages
from services.web.statistics.views import blueprint as statistics
from services.web.study.views import blueprint as study
from services.web.tasks.views import blueprint as tasks
from services.web.tenants.views import blueprint as tenants
from services.web.terms.views import blueprint as terms
from services.web.today.views import blueprint as today
from services.web.transfers.views import blueprint as transfers
from services.web.watchlist.views import blueprint as watchlist
from shared import clock
from shared.db import connect
from shared.i18n import _
from shared.jobs import connect_queue
from shared.logs import log_lines
from shared.settings import Settings, settings

BLUEPRINTS: tuple[Blueprint, ...] = (
    health,
    accounts,
    tenants,
    today,
    organisations,
    terms,
    statistics,
    reforms,
    members,
    transfers,
    dues,
    exports,
    imports,
    duties,
    plans,
    tasks,
    findings,
    watchlist,
    returns,
    deeds,
    contacts,
    events,
    meetings,
    ledger,
    minutes,
    study,
    life,
    publications,
    reminders,
    messages,
    audiences,
    circulars,
    channels,
    assessments,
    schemes,
    rounds,
    ballots,
    dispatches,
    documents,
    certificates,
    letterheads,
    jobs,
    audit,
    search,
    settings_pages,
    files,
)

csrf = CSRFProtect()


class KeyConverter(IntegerConverter):
    """A key in an address; what no key can be is at no address."""

    regex = r"[0-9]{1,18}"


def create_app(given: Settings | None = None) -> Flask:
    """The web app, bound to the servers that the settings name."""
    chosen = given or settings()
    here = Path(__file__).parent
    app = Flask("jiceng", root_path=str(here), template_folder="templates", static_folder="static")
    log_lines(logging.getLevelNamesMapping().get(chosen.log_level.upper(), logging.INFO))
    app.url_map.converters["int"] = KeyConverter
    app.config.update(
        SECRET_KEY=chosen.secret_key,
        REDIS_URL=chosen.redis_url,
        MAX_CONTENT_LENGTH=chosen.max_upload,
        # A form's fields, without its file; a long minute is some 50,000 characters.
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        SESSION_COOKIE_NAME="jiceng",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=chosen.secure_cookies,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=12),
        WTF_CSRF_TIME_LIMIT=None,
        SEND_FILE_MAX_AGE_DEFAULT=timedelta(days=365),
        # Milliseconds a statement of a page may take: what is longer belongs into a job.
        STATEMENT_TIMEOUT=50_000,
        RATELIMIT_STORAGE_URI=chosen.redis_url,
        RATELIMIT_SWALLOW_ERRORS=True,
    )
    connect(app, chosen)
    connect_queue(chosen.redis_url)
    csrf.init_app(app)
    limiter.init_app(app)
    if chosen.trusted_proxies:
        hops = chosen.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    edge.attach(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    # Mail programs send it by themselves (RFC 8058); its signed link is what it shows.
    csrf.exempt(app.view_functions["channels.unsubscribe"])
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(_=_, today=clock.today, now=clock.now, local=clock.local)
    offer_assets(app)
    app.context_processor(shell.context)
    app.jinja_env.globals.update(section_tabs=shell.section_tabs)
    return app
