"""The tenant's own words for messages: which kinds may have them, and what may stand between the braces.

A text is words and variables such as `{{ name }}`, written in any of the product's languages and kept by their keys.
Nothing in it is ever executed: there are no sums, conditions, loops, calls or attributes to begin with. What is not a
variable of the kind is refused when the text is saved, so a message that goes out cannot fail on it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from shared.i18n import LOCALES, _, lazy_, use_locale

#: Characters of a subject and of a text as typed, and of a subject as it goes out.
SUBJECT, BODY, SENT_SUBJECT = 100, 2000, 200


@dataclass(frozen=True, slots=True)
class Variable:
    """`word` is what is written between the braces, one word in each language; `meaning` explains it."""

    word: lazy_
    meaning: lazy_


VARIABLES: dict[str, Variable] = {
    "name": Variable(lazy_("name"), lazy_("Who gets the message; of a group chat, its name")),
    "organisation": Variable(lazy_("organisation"), lazy_("The name of this organisation")),
    "subject": Variable(lazy_("subject"), lazy_("The subject that the system writes")),
    "content": Variable(lazy_("content"), lazy_("The text that the system writes")),
    "link": Variable(lazy_("link"), lazy_("The address of the page that the message is about")),
    "unit": Variable(lazy_("unit"), lazy_("The unit that it is about or comes from")),
    "title": Variable(
        lazy_("title"), lazy_("What it is about: the name of the meeting, the task, the table")
    ),
    "day": Variable(lazy_("day"), lazy_("The day of it, or the last day")),
    "time": Variable(lazy_("time"), lazy_("When it begins")),
    "place": Variable(lazy_("place"), lazy_("Where it is held")),
    "remark": Variable(lazy_("remark"), lazy_("What is to be mended")),
    "count": Variable(lazy_("count"), lazy_("How many it is about")),
    "late": Variable(lazy_("late"), lazy_("How many of them are overdue")),
    "person": Variable(lazy_("person"), lazy_("The person that it is about")),
    "post": Variable(lazy_("post"), lazy_("The office that is handed over")),
    "sender": Variable(lazy_("sender"), lazy_("The unit that lets go")),
    "receiver": Variable(lazy_("receiver"), lazy_("The unit that takes in")),
}
#: Every kind has these.
COMMON = ("name", "organisation", "subject", "content", "link")


@dataclass(frozen=True, slots=True)
class Wording:
    """A kind of message that a tenant may put in its own words; its name stands in shared.messages.topics.

    `own`: its variables besides COMMON. `says`: what its messages say, in a few words.
    `keeps`: what the tenant's words may not leave out. "content": the text is a list that only the system knows.
    "either": messages of this kind say different things (invited, changed, called off), and subject or text must say
    which. "": nothing.
    """

    own: tuple[str, ...]
    keeps: Literal["", "either", "content"]
    says: lazy_ | None = None

    @property
    def variables(self) -> tuple[str, ...]:
        return (*COMMON, *self.own)


#: A kind of occasion (services/worker/messages.py COMPOSERS) → its wording. Without: what goes in the day's digest, the
#: trial message, and a circular, which is its sender's own words.
WORDINGS: dict[str, Wording] = {
    "digest": Wording(("count", "late"), "content"),
    "press": Wording(("count", "late"), "content"),
    "group_due": Wording(("unit", "count", "late"), "content"),
    "meeting": Wording(
        ("unit", "title", "day", "time", "place"), "either", lazy_("invited, changed, called off")
    ),
    "minutes": Wording(("unit", "title"), "either", lazy_("for signature, sent back")),
    "review": Wording(("unit", "title", "day", "remark"), "", lazy_("sent back with a remark")),
    "joint": Wording(("unit", "title"), "either", lazy_("to take over, corrected, void")),
    "resolutions": Wording(("unit", "title", "day"), "content", lazy_("for those who were absent")),
    "plan": Wording(("unit", "title"), "either", lazy_("issued, changed, for comments, withdrawn")),
    "task": Wording(("unit", "title", "day"), "either", lazy_("handed in, returned, confirmed, passed on")),
    "findings": Wording(("unit", "title"), ""),
    "finding": Wording(("unit", "title", "day"), "either", lazy_("applied for, returned, closed off")),
    "watch": Wording(("unit", "day"), "either", lazy_("put on, returned, taken off")),
    "deed": Wording(("unit", "title", "day"), "either", lazy_("given, taken up, done, returned, closed off")),
    "contact": Wording(("unit", "person"), ""),
    "return": Wording(
        ("unit", "title", "day"), "either", lazy_("asked for, another day, reminded, withdrawn")
    ),
    "filling": Wording(("unit", "title", "day", "remark"), "", lazy_("sent back with a remark")),
    "transfer": Wording(("person", "sender", "receiver"), "either", lazy_("sent, accepted, sent back")),
    "handover": Wording(("unit", "post"), "either", lazy_("offered, taken")),
    "dispatch": Wording(("unit", "title"), "either", lazy_("to review, to sign, sent back, signed")),
    "assessment_result": Wording(
        ("unit", "title", "day"), "either", lazy_("to review, returned, published, appeal answered")
    ),
    "assessment_round": Wording(
        ("unit", "title", "day"), "either", lazy_("opened, another day, reminded, withdrawn")
    ),
    "dues": Wording(("unit", "count"), "", lazy_("long unpaid, to the committee")),
    "poll": Wording(("title", "day"), "", lazy_("a vote is open")),
    "grade": Wording(("title",), "", lazy_("a grade after an appraisal")),
}

#: What stands between two braces, as an office worker types it: half- or full-width, spaces or none.
_PLACE = re.compile(r"\{\{[ \t\u3000]*(\w{1,40})[ \t\u3000]*\}\}")
#: What is left where braces do not hold one word: everything to the closing ones, or to the end of the line.
_ODD = re.compile(r"(?:\{[{%#]|｛｛).*?(?:[}%#]\}|｝｝|$)|[}%#]\}|｝｝", re.MULTILINE)
#: One pair of braces around a word: meant as a variable, and nobody would see that it is none.
_SINGLE = re.compile(r"(?<![{\w])\{[ \t\u3000]*(\w{1,40})[ \t\u3000]*\}(?!\})")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u0085\u2028\u2029]")


def words_of(kind: str) -> dict[str, str]:
    """What may stand between the braces, key by key, in the open locale."""
    return {key: str(VARIABLES[key].word) for key in WORDINGS[kind].variables}


def _keys(kind: str) -> dict[str, str]:
    """Every spelling of a variable of this kind → its key: the key itself and the word of each language."""
    found = {key: key for key in WORDINGS[kind].variables}
    for locale in LOCALES:
        with use_locale(locale):
            found |= {word: key for key, word in words_of(kind).items()}
    return found


def keep(kind: str, text: str) -> tuple[str, str]:
    """A text as it is kept, with keys between the braces, and what is wrong with it ('' where nothing is)."""
    known = _keys(kind)
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if (control := _CONTROL.search(text)) is not None:
        return text, _("Line %(line)s holds a character that cannot be shown.", line=_line(text, control))
    for place in _PLACE.finditer(text):
        if place[1] not in known:
            return text, _(
                "Line %(line)s: “%(word)s” is not known for this kind of message. Possible are: %(words)s.",
                line=_line(text, place),
                word=place[1],
                words="  ".join(words_of(kind).values()),
            )
    # What is left of the text without its variables may hold no braces; the lines stay where they are.
    rest = _PLACE.sub("", text)
    if (odd := _ODD.search(rest)) is not None:
        return text, _(
            "Line %(line)s, “%(text)s”: between two pairs of braces stands one word of the list and nothing else. Sums,"
            " conditions, loops and calls are not possible.",
            line=_line(rest, odd),
            text=odd[0][:40],
        )
    for single in _SINGLE.finditer(rest):
        if single[1] in known:
            return text, _(
                "Line %(line)s: write two braces on each side of “%(word)s”.",
                line=_line(rest, single),
                word=single[1],
            )
    return _PLACE.sub(lambda place: "{{ " + known[place[1]] + " }}", text), ""


def _line(text: str, place: re.Match[str]) -> int:
    return text.count("\n", 0, place.start()) + 1


def used(text: str) -> set[str]:
    """The keys of the variables in a kept text."""
    return set(_PLACE.findall(text))


def shown(kind: str, text: str) -> str:
    """A kept text as it is written in the open locale."""
    words = words_of(kind)
    return _PLACE.sub(lambda place: "{{ " + words.get(place[1], place[1]) + " }}", text)


def fill(text: str, values: Mapping[str, str]) -> str | None:
    """A kept text with its variables filled in, once: what looks like a variable in a value stays as it is.

    None where a value is missing; then the product's words hold.
    """
    if not used(text) <= values.keys():
        return None
    return _PLACE.sub(lambda place: values[place[1]], text)


def one_line(subject: str) -> str:
    """A subject as it goes out: one line, and no longer than SENT_SUBJECT."""
    return " ".join(_CONTROL.sub(" ", subject).split())[:SENT_SUBJECT]
