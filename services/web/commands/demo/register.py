"""What the real-name register asks, invented: of people and of employers."""

from random import Random
from typing import Any

from services.web.commands.demo.invention import REGION, Invented
from services.web.commands.demo.plan import Plan

#: Key and weight, by line; the first that hold an office are better schooled no more than anybody.
EDUCATION = {
    "party": (("master", 14), ("bachelor", 52), ("college", 24), ("secondary", 10)),
    "union": (("master", 4), ("bachelor", 24), ("college", 34), ("secondary", 28), ("basic", 10)),
}
POLITICAL = (("none", 66), ("party", 18), ("league", 13), ("democratic", 3))
HOUSEHOLD = (("urban", 62), ("rural", 38))
EMPLOYMENT = (("contract", 70), ("staff", 16), ("dispatched", 8), ("new_form", 6))
TITLES = ("操作工", "班组长", "技术员", "工程师", "会计", "驾驶员", "护士", "教师", "仓管员", "客服")
#: Standing → political status, for the party line.
STANDING = {"full": "party", "probationary": "probationary"}
_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def _drawn(chance: Random, weighted: tuple[tuple[str, int], ...]) -> str:
    return chance.choices([key for key, _weight in weighted], [weight for _key, weight in weighted])[0]


def person_fields(plan: Plan, chance: Random, person: Invented, status: str, sector: str) -> dict[str, Any]:
    """The register's columns of one person; here and there something is not known."""
    political = STANDING.get(status) if plan.line == "party" else _drawn(chance, POLITICAL)
    employment = "staff" if sector in ("organ", "institution") else _drawn(chance, EMPLOYMENT)
    known = chance.random() > 0.05
    return {
        "education": _drawn(chance, EDUCATION[plan.line]) if known else None,
        "political": political,
        "household": _drawn(chance, HOUSEHOLD) if plan.line == "union" and known else None,
        "employment": ("retired" if person.birthday.year < 1966 else employment) if known else None,
        "job_title": chance.choice(TITLES) if plan.line == "union" and known else None,
    }


def credit_code(chance: Random) -> str:
    """A unified social credit code with a right last character, of a region that does not exist."""
    body = "81" + REGION + "".join(chance.choices("0123456789", k=4)) + "".join(chance.choices(_LETTERS, k=9))
    total = sum(_LETTERS.index(character) * pow(3, place, 31) for place, character in enumerate(body))
    return body + _LETTERS[-total % 31]


def employer_fields(chance: Random, size: int) -> dict[str, Any]:
    """The columns of a primary union's employer."""
    return {
        "credit_code": credit_code(chance),
        "legal_number": f"工法证字第{REGION}{chance.randrange(10**8):08d}号",
        "staff_count": size + chance.randint(0, max(size // 2, 2)),
    }
