"""Settings → Message texts: the tenant's own words for each kind of message, in each language, with a preview."""

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.web.edge import actor, requires
from services.web.events.forms import person_key
from services.web.fields import Form, show_problem
from services.web.settings.forms import TextForm
from services.web.settings.views.routes import blueprint
from services.web.settings.words import example
from shared.access.permissions import Permission
from shared.db import transaction
from shared.errors import Conflict, Invalid, NotFound
from shared.events.marks import refuse_marks
from shared.i18n import LOCALES, NAMES, _, use_locale
from shared.messages.actions import checked, drop_wording, put_wording
from shared.messages.queries import own_wordings
from shared.messages.topics import TOPICS, kind_name, topic_of
from shared.messages.wording import VARIABLES, WORDINGS, fill, one_line, shown, words_of


@dataclass(frozen=True, slots=True)
class Sample:
    """A text as somebody would get it."""

    subject: str
    text: str
    #: Some words could not be filled in with rows of the reader's own.
    bare: bool


def _asked() -> tuple[str, str]:
    """Kind and language of the address or the form."""
    kind, locale = request.values.get("kind", "digest"), request.values.get("locale", LOCALES[0])
    if kind not in WORDINGS or locale not in LOCALES:
        raise NotFound(_("There is nothing at this address."))
    return kind, locale


@blueprint.get("/texts")
@requires(Permission.SETTING_EDIT)
def texts() -> str:
    """Every kind, by topic, and in which languages it has the tenant's own words. One query."""
    own = own_wordings()
    groups: dict[str, list[str]] = {}
    for kind in WORDINGS:
        topic = topic_of(kind)
        groups.setdefault(str(TOPICS[topic].label) if topic else "", []).append(kind)
    others = groups.pop("", [])
    return render_template(
        "settings/message_texts.html",
        groups={**groups, _("Other messages"): others},
        wordings=WORDINGS,
        kind_name=kind_name,
        own=own,
        names=NAMES,
        count=sum(kind in WORDINGS for kind, _locale in own),
    )


@blueprint.get("/texts/edit")
@requires(Permission.SETTING_EDIT)
def text() -> str:
    kind, locale = _asked()
    row = own_wordings(kind).get((kind, locale))
    with use_locale(locale):
        form = TextForm(
            formdata=None,
            subject=shown(kind, row.subject) if row else "",
            body=shown(kind, row.body) if row else "",
            version=str(row.version if row else 0),
        )
    return _page(form, kind, locale, _sample(kind, locale, row.subject, row.body) if row else None, bool(row))


def _page(form: TextForm, kind: str, locale: str, sample: Sample | None, own: bool) -> str:
    with use_locale(locale):
        words = words_of(kind)
        start = (shown(kind, "{{ subject }}"), _("Dear %(name)s,", name=shown(kind, "{{ name }}")))
    content = "{{ " + words["content"] + " }}"
    return render_template(
        "settings/message_text.html",
        form=form,
        kind=kind,
        locale=locale,
        name=kind_name(kind),
        wording=WORDINGS[kind],
        names=NAMES,
        tongues=[
            (name, url_for("settings.text", kind=kind, locale=code), code == locale, 0)
            for code, name in NAMES.items()
        ],
        start=(start[0], f"{start[1]}\n{content}"),
        words=[(word, VARIABLES[key].meaning) for key, word in words.items()],
        content=content,
        sample=sample,
        own=own,
    )


def _sample(kind: str, locale: str, subject: str, body: str) -> Sample:
    """Kept words filled in with the reader's own rows; a variable without any stands as its word in brackets."""
    known = example(actor(), kind, reworded=bool(own_wordings(kind)))
    with use_locale(locale):
        words = words_of(kind)
    values = {key: known.get(key) or f"〔{word}〕" for key, word in words.items()}
    filled = {
        "subject": fill(subject or "{{ subject }}", values) or "",
        "text": fill(body or "{{ content }}", values) or "",
    }
    return Sample(one_line(filled["subject"]), filled["text"], any("〔" in one for one in filled.values()))


@blueprint.post("/texts/edit")
@requires(Permission.SETTING_EDIT)
def put_text() -> str | Response | tuple[str, int]:
    """Keep the words, or only look at what they come to."""
    kind, locale = _asked()
    form = TextForm()
    if not form.validate_on_submit():
        return _page(form, kind, locale, None, False), 422
    given: dict[str, Any] = {
        "kind": kind,
        "locale": locale,
        "subject": form.subject.data or "",
        "body": form.body.data or "",
    }
    version = str(form.version.data or "")
    try:
        refuse_marks(given["subject"], given["body"])
        if request.form.get("look"):
            subject, body = checked(**given)
            return _page(form, kind, locale, _sample(kind, locale, subject, body), version != "0")
        with transaction():
            put_wording(actor(), **given, version=-1 if (known := person_key(version)) is None else known)
    except (Invalid, Conflict) as problem:
        show_problem(form, Invalid(str(problem), fields=problem.fields))
        return _page(form, kind, locale, None, version != "0"), problem.status
    flash(
        _("Saved; it holds for messages from now on.")
        if given["subject"].strip() or given["body"].strip()
        else _("The words of the system hold again."),
        "ok",
    )
    return redirect(url_for("settings.text", kind=kind, locale=locale), 303)


@blueprint.post("/texts/drop")
@requires(Permission.SETTING_EDIT)
def drop_text() -> Response:
    """The product's words again."""
    if not Form().validate_on_submit():
        raise Invalid(_("The form could not be read."))
    kind, locale = _asked()
    with transaction():
        drop_wording(actor(), kind=kind, locale=locale)
    flash(_("The words of the system hold again."), "ok")
    return redirect(url_for("settings.texts"), 303)
