"""The child that sets papers: HTML in, PDF out, each with its length before it; ends when its input ends.

A paper holds everything it shows: nothing is fetched, neither from a network nor from the disk.
"""

import logging
import os
import struct
import sys
from typing import IO

from weasyprint import HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher

#: Only what stands in the paper itself.
FETCHER_PROTOCOLS = ("data",)


def _answer(stream: IO[bytes], verdict: bytes, body: bytes) -> None:
    stream.write(verdict + struct.pack(">Q", len(body)) + body)
    stream.flush()


def serve(source: IO[bytes], target: IO[bytes]) -> None:
    fonts = FontConfiguration()
    fetcher = URLFetcher(allowed_protocols=FETCHER_PROTOCOLS, allow_redirects=False)
    while True:
        head = source.read(8)
        if len(head) != 8:
            return
        (size,) = struct.unpack(">Q", head)
        html = source.read(size).decode()
        try:
            body = HTML(string=html, url_fetcher=fetcher).write_pdf(
                font_config=fonts, pdf_tags=True, pdf_identifier=b"jiceng"
            )
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
