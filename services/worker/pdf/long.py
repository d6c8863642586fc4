"""Very long tables: set in parts and put together, so that a paper of ten thousand rows takes the memory of one part.

Only our own templates come here: one `<tbody>` a table, no table within a table. Page numbers run through; how many
there are in all is not said, since the first part is set before the last is known.
"""

import html as entities
import io
import re
from collections.abc import Callable

import pypdf

#: A table with more rows than this is set in parts of so many.
ROWS = 400
_BODY = re.compile(r"<tbody>(.*?)</tbody>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_CLOSED = "</tbody></table></body></html>"


def parts_of(html: str) -> list[str]:
    """The paper itself, or its parts where a table is too long for one."""
    longest = max(_BODY.finditer(html), key=lambda found: found[1].count("</tr>"), default=None)
    if longest is None or longest[1].count("</tr>") <= ROWS + ROWS // 2:
        return [html]
    rows = [row + "</tr>" for row in longest[1].split("</tr>")[:-1]]
    head = html[: html.index("<body")] + "<body>"
    table = html[html.rindex("<table", 0, longest.start()) : longest.start(1)]
    chunks = ["".join(rows[start : start + ROWS]) for start in range(0, len(rows), ROWS)]
    first = html[: longest.start(1)] + chunks[0] + _CLOSED
    middle = [head + table + chunk + _CLOSED for chunk in chunks[1:-1]]
    last = head + table + chunks[-1] + html[longest.end(1) :]
    return [*parts_of(first), *middle, *parts_of(last)]


def _said(html: str, pattern: str) -> str:
    """The words of an element, as a CSS string."""
    found = re.search(pattern, html, re.DOTALL)
    text = entities.unescape(_TAG.sub("", found[1])).strip() if found else ""
    return '"' + re.sub(r'["\\\n]', " ", text) + '"'


def set_long(parts: list[str], set_one: Callable[[str], bytes]) -> bytes:
    """Set the parts one after the other and put them together: pages numbered through, text and bookmarks kept."""
    unit, paper = _said(parts[0], r'<p class="unit[^>]*>(.*?)</p>'), _said(parts[0], r"<h1[^>]*>(.*?)</h1>")
    writer = pypdf.PdfWriter()
    for part in parts:
        pages = len(writer.pages)
        rules = "@page { @bottom-center { content: counter(page); } }"
        if pages:
            rules += (
                f"@page {{ @top-left {{ content: {unit}; }} @top-right {{ content: {paper}; }} }}"
                f"@page :first {{ counter-reset: page {pages}; counter-increment: page;"
                f" @top-left {{ content: {unit}; }} @top-right {{ content: {paper}; }} }}"
            )
        data = set_one(part.replace("</style>", rules + "</style>", 1))
        writer.append(io.BytesIO(data))
    writer.compress_identical_objects()
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()
