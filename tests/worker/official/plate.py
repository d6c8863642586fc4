"""What stands where on a page of a PDF, in millimetres from its upper left corner: read from the drawing itself."""

import io
from dataclasses import dataclass
from typing import Any

from pypdf import PdfReader
from pypdf.generic import ContentStream

POINT = 25.4 / 72
Matrix = tuple[float, float, float, float, float, float]
HEIGHT = 297.0


@dataclass(frozen=True, slots=True)
class Glyph:
    """One character: its text, left and right edge, baseline and size."""

    text: str
    left: float
    right: float
    baseline: float
    size: float
    font: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A filled rectangle."""

    left: float
    top: float
    width: float
    height: float
    red: bool


@dataclass(slots=True)
class Plate:
    """A page: glyphs in the order they are drawn, and bars."""

    glyphs: list[Glyph]
    bars: list[Bar]

    def line(self, baseline: float) -> list[Glyph]:
        return sorted(
            (one for one in self.glyphs if abs(one.baseline - baseline) < 0.05), key=lambda one: one.left
        )

    def baselines(self, low: float = 37, high: float = 262) -> list[float]:
        """Of the lines within the text area."""
        return sorted({round(one.baseline, 2) for one in self.glyphs if low < one.baseline < high})

    def find(self, text: str) -> list[Glyph]:
        """The glyphs of the first place where the text is drawn."""
        whole = "".join(one.text for one in self.glyphs)
        start = whole.index(text)
        return self.glyphs[start : start + len(text)]


def _times(a: Matrix, b: Matrix) -> Matrix:
    return (
        a[0] * b[0] + a[1] * b[2],
        a[0] * b[1] + a[1] * b[3],
        a[2] * b[0] + a[3] * b[2],
        a[2] * b[1] + a[3] * b[3],
        a[4] * b[0] + a[5] * b[2] + b[4],
        a[4] * b[1] + a[5] * b[3] + b[5],
    )


class _Font:
    def __init__(self, font: Any) -> None:
        self.name = str(font["/BaseFont"]).split("+")[-1]
        descendant = font["/DescendantFonts"][0].get_object()
        self.widths: dict[int, float] = {}
        spans = list(descendant["/W"])
        while spans:
            first, widths = spans.pop(0), spans.pop(0)
            self.widths.update({int(first) + place: float(width) for place, width in enumerate(widths)})
        self.text: dict[int, str] = {}
        body = font["/ToUnicode"].get_object().get_data().decode()
        for block in body.split("beginbfchar")[1:]:
            for line in block.split("endbfchar")[0].strip().splitlines():
                code, text = (part.strip("<> ") for part in line.split(">", 1))
                self.text[int(code, 16)] = bytes.fromhex(text).decode("utf-16-be")


class _Reader:
    def __init__(self, page: Any, reader: PdfReader) -> None:
        fonts = page["/Resources"].get("/Font", {})
        self.fonts = {name: _Font(font.get_object()) for name, font in fonts.items()}
        self.plate = Plate([], [])
        self.matrix: Matrix = (1, 0, 0, 1, 0, 0)
        self.stack: list[tuple[Matrix, tuple[float, ...]]] = []
        self.fill: tuple[float, ...] = (0, 0, 0)
        self.text: Matrix = (1, 0, 0, 1, 0, 0)
        self.font, self.size = next(iter(self.fonts.values()), None), 0.0
        for operands, operator in ContentStream(page.get_contents(), reader).operations:
            self.do(operator.decode(), operands)

    def do(self, operator: str, operands: Any) -> None:
        match operator:
            case "q":
                self.stack.append((self.matrix, self.fill))
            case "Q":
                self.matrix, self.fill = self.stack.pop()
            case "cm":
                self.matrix = _times(tuple(map(float, operands)), self.matrix)  # type: ignore[arg-type]
            case "rg":
                self.fill = tuple(map(float, operands))
            case "Tm":
                self.text = tuple(map(float, operands))  # type: ignore[assignment]
            case "Tf":
                self.font, self.size = self.fonts[operands[0]], float(operands[1])
            case "TJ":
                self.show(operands[0])
            case "re":
                self.bar(*map(float, operands))

    def bar(self, x: float, y: float, width: float, height: float) -> None:
        left, one = self.point(x, y)
        right, other = self.point(x + width, y + height)
        red = self.fill[0] > 0.8 and max(self.fill[1:]) < 0.2
        self.plate.bars.append(
            Bar(min(left, right), min(one, other), abs(right - left), abs(other - one), red)
        )

    def point(self, x: float, y: float) -> tuple[float, float]:
        moved = _times((1, 0, 0, 1, x, y), self.matrix)
        return moved[4] * POINT, HEIGHT - moved[5] * POINT

    def show(self, parts: Any) -> None:
        assert self.font is not None
        at = 0.0
        for part in parts:
            if isinstance(part, (int, float)):
                at -= float(part) / 1000 * self.size
                continue
            raw = part.original_bytes if hasattr(part, "original_bytes") else bytes(part)
            for place in range(0, len(raw), 2):
                code = int.from_bytes(raw[place : place + 2], "big")
                width = self.font.widths[code] / 1000 * self.size
                left, right = self.edge(at), self.edge(at + width)
                size = self.size * abs(self.text[3]) * abs(self.matrix[3])
                self.plate.glyphs.append(
                    Glyph(self.font.text.get(code, ""), left[0], right[0], left[1], size, self.font.name)
                )
                at += width

    def edge(self, at: float) -> tuple[float, float]:
        moved = _times((1, 0, 0, 1, at, 0), _times(self.text, self.matrix))
        return moved[4] * POINT, HEIGHT - moved[5] * POINT


def plates(pdf: bytes) -> list[Plate]:
    reader = PdfReader(io.BytesIO(pdf))
    return [_Reader(page, reader).plate for page in reader.pages]
