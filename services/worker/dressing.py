"""Own words of a tenant on a paper: its header, its name for it, its section; put into the HTML of any report."""

import re
from collections.abc import Iterator

from markupsafe import Markup, escape

from services.worker.pdf import PressFailed
from shared.documents.reports import Report, Subject
from shared.errors import Invalid
from shared.letterheads.models import Letterhead
from shared.letterheads.queries import in_use, values_of
from shared.letterheads.sandbox import render

#: Papers whose words are decided where they are issued.
APART = frozenset({"certificate", "birthday_cards"})
_NAME = re.compile(r"(<h1\b[^>]*>).*?(</h1>)", re.DOTALL)
_HEAD = re.compile(r"<body[^>]*>")
#: After the paper's name and whose it is.
_OPENING = re.compile(r"</h1>\s*(?:<p class=\"unit[^>]*>.*?</p>)?", re.DOTALL)
_CSS = """<style>
.own-header { margin: 0 0 2mm; text-indent: 0; text-align: center; string-set: own content(); }
.own-header { font: 700 12pt/1.5 var(--sans); }
.own-section { margin: 4mm 0; break-inside: auto; }
@page { @bottom-left { content: string(own); font: 9pt/1.4 var(--serif); color: #444; } }
@page :first { @bottom-left { content: ""; } }
</style>"""


def dressed(html: str, report: Report, subject: Subject) -> str:
    """The paper with the tenant's own words, if it has any for it. Raises PressFailed where they cannot be filled."""
    own = in_use(report.key) if report.key not in APART else None
    if own is None:
        return html
    if own.name:
        html = _NAME.sub(lambda found: f"{found[1]}{escape(own.name)}{found[2]}", html, count=1)
    section = _section(own, subject) if own.body else ""
    if section and own.place == "before":
        html = _OPENING.sub(lambda found: found[0] + section, html, count=1)
    elif section:
        html = html.replace("</body>", f"{section}</body>", 1)
    header = f'<p class="own-header">{escape(own.header)}</p>' if own.header else ""
    return _HEAD.sub(lambda found: found[0] + _CSS + header, html, count=1)


def _section(own: Letterhead, subject: Subject) -> str:
    try:
        text = render(own.body, values_of(subject.unit, year=subject.year, month=subject.month))
    except Invalid as problem:
        raise PressFailed("; ".join(map(str, problem.fields.values())), "own") from problem
    heading = Markup("<h2>{}</h2>").format(own.heading) if own.heading else Markup()
    return f'<section class="own-section">{heading}{"".join(_blocks(text))}</section>'


def _blocks(text: str) -> Iterator[str]:
    """Paragraphs; lines that begin with a stroke are rows of a table, the first of them its head."""
    rows: list[list[str]] = []
    for line in [*text.splitlines(), ""]:
        said = line.strip()
        if said.startswith("|"):
            rows.append([cell.strip() for cell in said.strip("|").split("|")])
            continue
        if rows:
            yield _table(rows)
            rows = []
        if said:
            yield f"<p>{escape(said)}</p>"


def _table(rows: list[list[str]]) -> str:
    head, *body = rows
    lines = "".join(f"<tr>{_cells(row, 'td')}</tr>" for row in body)
    return f"<table><thead><tr>{_cells(head, 'th')}</tr></thead><tbody>{lines}</tbody></table>"


def _cells(row: list[str], tag: str) -> str:
    return "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in row)
