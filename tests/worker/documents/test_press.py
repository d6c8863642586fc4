"""The press: fetches nothing, survives a bad paper, and is replaced when it dies."""

import io

import pypdf
import pytest

from services.worker import pdf
from services.worker.pdf import TEMPLATES, Press, PressFailed
from shared.documents.reports import REPORTS


def test_every_report_has_its_template() -> None:
    for key in REPORTS:
        assert (TEMPLATES / f"{key}.html").exists()


def test_a_paper_reaches_neither_disk_nor_network(tmp_path: object) -> None:
    secret = f"{tmp_path}/secret.css"
    with open(secret, "w", encoding="utf-8") as handle:  # noqa: PTH123
        handle.write("p::after { content: 'leaked' }")
    html = (
        f'<link rel="stylesheet" href="file://{secret}"><link rel="stylesheet" href="http://127.0.0.1:1/x.css">'
        '<p>文<img src="http://127.0.0.1:1/x.png"><img src="file:///etc/hostname"></p>'
    )
    with Press() as press:
        text = pypdf.PdfReader(io.BytesIO(press.set(html))).pages[0].extract_text()
    assert "文" in text
    assert "leaked" not in text


def test_a_dead_child_is_replaced() -> None:
    with Press() as press:
        assert press.set("<p>一").startswith(b"%PDF")
        assert press._child is not None
        first = press._child
        first.kill()
        first.wait()
        with pytest.raises(PressFailed):
            press.set("<p>二")
        assert press.set("<p>三").startswith(b"%PDF")
        assert press._child is not first


def test_the_child_is_replaced_after_some_papers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "PAPERS_PER_CHILD", 2)
    with Press() as press:
        seen = set()
        for _paper in range(3):
            press.set("<p>一")
            assert press._child is not None
            seen.add(press._child.pid)
        assert len(seen) == 2
