"""A tenant's own words for a kind of message."""

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from shared.access.actor import Actor
from shared.audit import record
from shared.db import db
from shared.errors import Conflict, Invalid, NotFound
from shared.i18n import LOCALES, _, use_locale
from shared.messages.models import MessageTemplate
from shared.messages.wording import BODY, SUBJECT, VARIABLES, WORDINGS, keep, used


def checked(*, kind: str, locale: str, subject: str, body: str) -> tuple[str, str]:
    """Subject and text as they are kept. '' in either leaves the product's words there.

    Raises NotFound for an unknown kind or language, Invalid (fields subject, body) with line and reason in words.
    """
    if kind not in WORDINGS or locale not in LOCALES:
        raise NotFound(_("There is nothing at this address."))
    wrong: dict[str, str] = {}
    kept: dict[str, str] = {}
    for field, text, most in (("subject", subject, SUBJECT), ("body", body, BODY)):
        kept[field], problem = keep(kind, text)
        if len(kept[field]) > most * 2 or len(text.strip()) > most:
            problem = _("At most %(n)s characters.", n=most)
        elif field == "subject" and "\n" in kept[field]:
            problem = _("The subject is one line.")
        if problem:
            wrong[field] = problem
    if not wrong:
        wrong = _left_out(kind, locale, kept["subject"], kept["body"])
    if wrong:
        raise Invalid("", fields=wrong)
    return kept["subject"], kept["body"]


def _left_out(kind: str, locale: str, subject: str, body: str) -> dict[str, str]:
    """What the recipients could not do without; an empty field leaves the product's words."""
    keeps = WORDINGS[kind].keeps
    with use_locale(locale):
        words = {key: str(VARIABLES[key].word) for key in ("subject", "content")}
    if keeps == "content" and body and "content" not in used(body):
        return {
            "body": _(
                "What is to be done stands in {{ %(word)s }} only; put it into the text.",
                word=words["content"],
            )
        }
    if keeps == "either" and subject and body and not {"subject", "content"} & (used(subject) | used(body)):
        return {
            "body": _(
                "Messages of this kind say different things; put {{ %(subject)s }} or {{ %(content)s }} in, so that"
                " one sees which.",
                **words,
            )
        }
    return {}


def put_wording(actor: Actor, *, kind: str, locale: str, subject: str, body: str, version: int) -> None:
    """Give a kind of message the tenant's own words in one language; both empty: the product's words again.

    `version` is that of the words the form was filled with, 0 where there were none. The same sent twice is one change.
    Raises what `checked` raises, and Conflict where somebody else has changed the words since.
    """
    kept_subject, kept_body = checked(kind=kind, locale=locale, subject=subject, body=body)
    row = db.session.scalar(
        select(MessageTemplate)
        .where(MessageTemplate.kind == kind, MessageTemplate.locale == locale)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if (row.subject, row.body) == (kept_subject, kept_body) if row else not (kept_subject or kept_body):
        return
    if (row.version if row else 0) != version:
        raise Conflict(_("Somebody else has changed this text meanwhile; open the page again."))
    if not (kept_subject or kept_body):
        drop_wording(actor, kind=kind, locale=locale)
        return
    if row is not None:
        row.subject, row.body, row.version = kept_subject, kept_body, row.version + 1
        key = row.id
    else:
        new = db.session.scalar(
            insert(MessageTemplate)
            .values(kind=kind, locale=locale, subject=kept_subject, body=kept_body)
            .on_conflict_do_nothing(index_elements=["tenant_id", "kind", "locale"])
            .returning(MessageTemplate.id)
        )
        if new is None:
            raise Conflict(_("Somebody else has changed this text meanwhile; open the page again."))
        key = new
    record(
        actor,
        verb="wording.put",
        object_type="message_template",
        object_id=key,
        detail={"message_kind": kind, "language": locale},
    )


def drop_wording(actor: Actor, *, kind: str, locale: str) -> bool:
    """The product's words hold again. False where they do already."""
    key = db.session.scalar(
        delete(MessageTemplate)
        .where(MessageTemplate.kind == kind, MessageTemplate.locale == locale)
        .returning(MessageTemplate.id)
    )
    if key is None:
        return False
    record(
        actor,
        verb="wording.drop",
        object_type="message_template",
        object_id=key,
        detail={"message_kind": kind, "language": locale},
    )
    return True
