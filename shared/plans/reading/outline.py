"""The tree of a document: sections, items, running lists, each with its place in the text.

Printed labels stay as they are printed; the own ordinal counts what is there. Nothing is renumbered, and a number
that is missing, doubled or out of turn is said.
"""

import re
from dataclasses import dataclass, field
from typing import Literal

from shared.hanzi import simplified
from shared.plans.reading.labels import Label, leading, numeral, running

#: A line that ends so is a whole one.
_CLOSED = re.compile(r"[。！？：；!?:;…][”’」』）)】]*\s*$")
#: Matched over text in simplified script.
_SALUTATION = re.compile(r"^[\s　]*(各位[\w、，,]{0,20}|同志们)[\w、，,]{0,20}[：:]\s*$")
_CLOSING = re.compile(r"^[\s　]*(我就讲这么多|我就讲这些|我的讲话完了|谢谢大家|同志们[，,！!])")
#: A heading is short and no sentence.
LONGEST_HEADING = 60
_MASK = re.compile(r"\*+")

WarningCode = Literal["gap", "doubled", "backwards", "joined", "masked", "no_labels"]


@dataclass(frozen=True, slots=True)
class Remark:
    """Something a person should look at: which number is missing, which lines were joined."""

    code: WarningCode
    #: The printed label before it, or ''.
    label: str
    #: Of a gap: the number that is missing.
    number: int = 0
    begin: int = 0


@dataclass(slots=True)
class Node:
    """One section or item. `begin` and `end` bound its whole text in the source, children included."""

    label: str
    number: int
    style: str
    ordinal: int
    heading: str
    text: str
    begin: int
    end: int
    masked: bool = False
    children: list["Node"] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Outline:
    """What a document is made of. `preamble` is what stands before the first label."""

    title: str
    salutation: str
    preamble: str
    nodes: list[Node]
    remarks: list[Remark]
    closing: str


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    begin: int
    end: int
    label: Label | None


def is_heading(text: str) -> bool:
    """A labelled line that is a title and no sentence."""
    return len(text) <= LONGEST_HEADING and not re.search(r"[。！？；!?;]", text)


def _lines(source: str) -> tuple[list[_Line], list[Remark]]:
    """Non-empty lines, those broken in mid-sentence joined; places stay those of the source."""
    lines: list[_Line] = []
    remarks: list[Remark] = []
    place = 0
    for number, raw in enumerate(source.split("\n")):
        begin, end = place, place + len(raw)
        place = end + 1
        if not raw.strip(" \t　\r"):
            continue
        label = leading(raw)
        before = lines[-1] if lines else None
        broken = (
            before is not None
            and number > 0
            and len(lines) > 1
            and label is None
            and not _CLOSED.search(before.text)
            and not (before.label is not None and is_heading(before.text))
            and not _CLOSING.match(simplified(raw))
        )
        if broken and before is not None:
            lines[-1] = _Line(source[before.begin : end], before.begin, end, before.label)
            remarks.append(Remark("joined", before.label.text if before.label else "", begin=begin))
        else:
            lines.append(_Line(raw, begin, end, label))
    return lines, remarks


def _flat(text: str) -> str:
    """What is shown: line breaks of the source gone, blanks at the ends too."""
    return re.sub(r"[ \t　\r]*\n[ \t　]*", "", text).strip(" \t　\r")


def _split_heading(text: str) -> tuple[str, str]:
    """A run-in heading and what follows: 加强政治机关建设。坚持…"""
    if is_heading(text):
        return text, ""
    first = re.match(r"([^。；！？;!?]{2,40})。", text)
    if first is None or len(first.group(1)) > 30 or first.end() == len(text):
        return "", text
    return first.group(1), text[first.end() :]


def _node(source: str, label: Label | None, begin: int, end: int, *, shift: int) -> Node:
    heading, body = _split_heading(_flat(source[begin + shift : end]))
    return Node(
        label=label.text if label else "",
        number=label.number if label else 0,
        style=label.style if label else "plain",
        ordinal=0,
        heading=heading,
        text=body,
        begin=begin,
        end=end,
    )


class _Builder:
    """Puts one line after the other at its place in the tree."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.roots: list[Node] = []
        #: The open node of each depth.
        self.open: list[tuple[int, Node]] = []
        self.preamble: list[str] = []
        #: The last number of a running list that may go on in the next line.
        self.count = 0

    def add(self, line: _Line) -> None:
        label = line.label
        if label is not None and label.style != "running":
            self.count = 0
            self._place(_node(self.source, label, line.begin, line.end, shift=label.end), label.depth)
            self._run(line, line.begin + label.end)
        elif not self.roots and label is None:
            self.preamble.append(_flat(line.text))
        else:
            self._run(line, line.begin, own=True)

    def _place(self, node: Node, depth: int) -> None:
        while self.open and self.open[-1][0] >= depth:
            self.open.pop()
        siblings = self.open[-1][1].children if self.open else self.roots
        node.ordinal = len(siblings) + 1
        siblings.append(node)
        self.open.append((depth, node))
        for _depth, parent in self.open[:-1]:
            parent.end = max(parent.end, node.end)

    def _run(self, line: _Line, begin: int, *, own: bool = False) -> None:
        """The running list inside a line; what stands before it belongs to whoever is open."""
        labels = running(self.source[begin : line.end], after=self.count)
        if own:
            first = begin + labels[0].begin if labels else line.end
            self._append(_flat(self.source[begin:first]), first)
        depth = 6
        for place, label in enumerate(labels):
            ends = begin + labels[place + 1].begin if place + 1 < len(labels) else line.end
            self._place(_node(self.source, label, begin + label.begin, ends, shift=len(label.text)), depth)
            self.count = label.number
        if labels and not own and self.open:
            parent = next((node for level, node in reversed(self.open) if level < depth), None)
            if parent is not None:
                parent.text = _flat(self.source[begin : begin + labels[0].begin])
                if parent.heading and parent.text.startswith(parent.heading + "。"):
                    parent.text = parent.text[len(parent.heading) + 1 :]

    def _append(self, text: str, end: int) -> None:
        if not text:
            return
        if not self.open:
            self.preamble.append(text)
            return
        node = self.open[-1][1]
        if not node.heading and node.text and "\n" not in node.text:
            # A running item that was one short sentence on a line of its own is a heading after all.
            only = re.fullmatch(r"([^。；！？;!?]{2,30})。", node.text)
            node.heading, node.text = (only.group(1), "") if only else ("", node.text)
        node.text = f"{node.text}\n{text}" if node.text else text
        for _depth, opened in self.open:
            opened.end = max(opened.end, end)


def _gaps(nodes: list[Node], remarks: list[Remark], last: dict[str, int]) -> None:
    """Numbers that are missing or doubled. Numbers in brackets may run on through all sections."""
    fresh = dict.fromkeys(("ordinal", "arabic", "arabic_bracket", "circle", "running"), 0)
    counts = {**last, **fresh}
    for node in nodes:
        if node.style in counts:
            before = counts[node.style]
            if node.number > before + 1 and not (before == 0 and node.style == "bracket"):
                remarks.extend(
                    Remark("gap", node.label, number=missing, begin=node.begin)
                    for missing in range(before + 1, node.number)
                )
            elif node.number == before:
                remarks.append(Remark("doubled", node.label, number=node.number, begin=node.begin))
            elif node.number < before and node.number != 1:
                remarks.append(Remark("backwards", node.label, number=node.number, begin=node.begin))
            counts[node.style] = node.number
        _gaps(node.children, remarks, counts)
        if node.style == "heading":
            last["bracket"] = counts["bracket"] = max(
                [child.number for child in node.children if child.style == "bracket"] or [counts["bracket"]]
            )
            last["heading"] = counts["heading"]


def outline(source: str) -> Outline:
    """The tree of a text with LF line ends. Title: the first line without a label."""
    lines, remarks = _lines(source)
    title = salutation = closing = ""
    if lines and lines[0].label is None and len(lines[0].text.strip()) <= 100:
        title = _flat(lines.pop(0).text)
    builder = _Builder(source)
    for line in lines:
        if not salutation and not builder.roots and _SALUTATION.match(simplified(line.text)):
            salutation = _flat(line.text)
        elif builder.roots and _CLOSING.match(simplified(line.text)):
            closing = f"{closing}\n{_flat(line.text)}" if closing else _flat(line.text)
        else:
            builder.add(line)
    _gaps(builder.roots, remarks, {"heading": 0, "bracket": 0})
    if not builder.roots:
        remarks.append(Remark("no_labels", ""))
    if _MASK.search("\n".join((title, *builder.preamble, closing))):
        remarks.append(Remark("masked", ""))
    for node in walk(builder.roots):
        node.masked = _MASK.search(source, node.begin, node.end) is not None
    for node in walk(builder.roots):
        if node.masked and not any(child.masked for child in node.children):
            remarks.append(Remark("masked", node.label, begin=node.begin))
    return Outline(title, salutation, "\n".join(builder.preamble), builder.roots, remarks, closing)


def walk(nodes: list[Node]) -> list[Node]:
    """Every node, parents before children, in the order of the text."""
    found = []
    for node in nodes:
        found.append(node)
        found.extend(walk(node.children))
    return found


__all__ = ["Node", "Outline", "Remark", "is_heading", "numeral", "outline", "walk"]
