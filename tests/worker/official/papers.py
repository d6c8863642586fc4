"""Documents of the tests, and what is known of one when it is printed."""

from collections.abc import Callable
from datetime import date
from typing import Any

from shared.dispatches.layout import Paper
from tests.worker.official.plate import Plate

D = date(2026, 11, 9)
#: Sets a document: its pages, the PDF, the warnings.
Printed = Callable[[Paper], tuple[list[Plate], bytes, list[str]]]


def paper(form: str = "downward", **values: Any) -> Paper:
    given: dict[str, Any] = {
        "form": form,
        "offices": ("青岚市城市建设局机关党委",),
        "title": "关于做好年度组织生活工作的通知",
        "body": "中" * 2000,
        "number": "青建党〔2026〕12号",
        "addressees": "各党支部",
        "signed_on": D,
        "copies": "市直机关工委",
        "printed_by": "机关党委办公室",
        "printed_on": D,
    }
    return Paper(**{**given, **values})
