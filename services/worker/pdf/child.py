"""The child that sets papers: HTML in, PDF out, each with its length before it; ends when its input ends.

A paper holds everything it shows: nothing is fetched, neither from a network nor from the disk, and no program in it
runs. What each paper would cost anew is made once: the fetcher (an SSL context), the fonts, the parsed style sheets.
"""

import gc
import logging
import os
import re
import struct
import sys
import zlib
from functools import lru_cache
from typing import IO, Any

import pydyf
from weasyprint import CSS, HTML, Document
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher

#: Only what stands in the paper itself.
PROTOCOLS = ("data",)
#: The one style sheet of our own templates, in the head.
_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)
#: A paper of its own is archivable and has its structure; conformance is never claimed. The identifier keeps the same
#: paper the same bytes.
OPTIONS: dict[str, Any] = {
    "pdf_variant": "pdf/a-3b",
    "pdf_tags": True,
    "pdf_identifier": b"jiceng",
    "output_intent": "srgb",
}


#: Of zlib, for a ledger of eleven pages: nine takes twice the time of six and saves half a hundredth of the size.
LEVEL = 6


def squeeze(document: Document, pdf: pydyf.PDF) -> None:
    """Compresses each stream once.

    Left alone, a stream is compressed whenever its bytes are asked for: when it is written, and once more for the
    identifier that archivable files must have.
    """
    for stream in pdf.objects:
        if isinstance(stream, pydyf.Stream) and stream.compress:
            written = pydyf.Stream(stream.stream).data
            plain = written.partition(b"\nstream\n")[2].removesuffix(b"\nendstream")
            stream.stream = [zlib.compress(plain, LEVEL)]
            stream.extra["Filter"] = "/FlateDecode"
            stream.compress = False


class Setter:
    """Sets one paper after the other."""

    def __init__(self) -> None:
        self.fonts = FontConfiguration()
        self.fetcher = URLFetcher(allowed_protocols=PROTOCOLS, allow_redirects=False)
        self.sheet = lru_cache(maxsize=32)(self._sheet)

    def _sheet(self, text: str) -> CSS:
        return CSS(string=text, url_fetcher=self.fetcher, font_config=self.fonts)

    def set(self, html: str) -> bytes:
        head, mark, body = html.partition("</head>")
        sheets = [self.sheet(text) for text in _STYLE.findall(head)] if mark else []
        if sheets:
            html = _STYLE.sub("", head) + mark + body
        page = HTML(string=html, url_fetcher=self.fetcher)
        made: bytes = page.write_pdf(font_config=self.fonts, stylesheets=sheets, finisher=squeeze, **OPTIONS)
        return made


def _answer(stream: IO[bytes], verdict: bytes, body: bytes) -> None:
    stream.write(verdict + struct.pack(">Q", len(body)) + body)
    stream.flush()


def serve(source: IO[bytes], target: IO[bytes]) -> None:
    setter = Setter()
    # What is loaded stays: the collector need not look at it again with every paper.
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    while True:
        head = source.read(8)
        if len(head) != 8:
            return
        (size,) = struct.unpack(">Q", head)
        html = source.read(size).decode()
        try:
            body = setter.set(html)
        except MemoryError:
            _answer(target, b"m", b"no memory left")
            continue
        except Exception as error:
            _answer(target, b"-", f"{type(error).__name__}: {error}".encode())
            continue
        _answer(target, b"+", body)


def main() -> None:
    # What the libraries print must not get between the papers.
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    logging.getLogger("weasyprint").setLevel(logging.ERROR)
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    serve(sys.stdin.buffer, output)


if __name__ == "__main__":
    main()
