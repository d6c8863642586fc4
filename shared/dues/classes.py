"""The words of dues: classes of payers, ways of paying, categories of the book, streams. Source: domain facts §5."""

from dataclasses import dataclass

from shared.i18n import lazy_


@dataclass(frozen=True, slots=True)
class PayerClass:
    """One class of payers. `base`: what is entered for a person; None: the class pays a fixed amount."""

    name: lazy_
    line: str
    base: lazy_ | None = None


CLASSES: dict[str, PayerClass] = {
    "salary": PayerClass(
        lazy_("Monthly salary"), "party", lazy_("Fixed and regular pay of a month, after tax")
    ),
    "annual": PayerClass(lazy_("Annual salary"), "party", lazy_("What is actually paid in the month")),
    "irregular": PayerClass(
        lazy_("Irregular income"), "party", lazy_("Net monthly average of the last quarter")
    ),
    "pension": PayerClass(lazy_("Pension"), "party", lazy_("Pension of a month")),
    "farmer": PayerClass(lazy_("Farmer"), "party"),
    "relief": PayerClass(lazy_("Student, laid off or on relief"), "party"),
    "wage": PayerClass(lazy_("Basic wage"), "union", lazy_("Basic wage of a month, without bonuses")),
}

WAYS: dict[str, lazy_] = {
    "cash": lazy_("Cash"),
    "bank": lazy_("Bank transfer"),
    "phone": lazy_("Paid by phone"),
    "payroll": lazy_("Taken off the pay"),
}

#: What each unit's line collects from its members.
FEE = {"party": "party_fee", "union": "union_fee"}
STREAMS: dict[str, lazy_] = {
    "party_fee": lazy_("Party dues"),
    "union_fee": lazy_("Union fees"),
    "employer": lazy_("Employer's contribution"),
}


@dataclass(frozen=True, slots=True)
class Category:
    """One heading of the book. `by_hand`: entered by people; the others follow from receipts and hand-overs."""

    name: lazy_
    direction: str
    accounts: tuple[str, ...] = ("party", "union")
    by_hand: bool = True


CATEGORIES: dict[str, Category] = {
    "fees": Category(lazy_("Collected from members"), "in", by_hand=False),
    "from_below": Category(lazy_("Handed over from below"), "in", by_hand=False),
    "employer": Category(lazy_("Employer's contribution"), "in", ("union",), by_hand=False),
    "opening": Category(lazy_("Carried over"), "in"),
    "voluntary": Category(lazy_("Voluntary extra dues"), "in", ("party",)),
    "allocated": Category(lazy_("Allocated from above"), "in"),
    "interest": Category(lazy_("Interest"), "in"),
    "other_in": Category(lazy_("Other income"), "in"),
    "turned_over": Category(lazy_("Handed over to the superior"), "out", by_hand=False),
    "training": Category(lazy_("Training"), "out"),
    "journals": Category(lazy_("Party journals and books"), "out", ("party",)),
    "commendation": Category(lazy_("Commendation"), "out"),
    "hardship": Category(lazy_("Aid to members in hardship"), "out"),
    "disaster": Category(lazy_("Aid after disasters"), "out"),
    "facilities": Category(lazy_("Repair of facilities"), "out", ("party",)),
    "activities": Category(lazy_("Activities of members"), "out", ("union",)),
    "protection": Category(lazy_("Protection of rights"), "out", ("union",)),
    "operation": Category(lazy_("Running costs"), "out", ("union",)),
    "other_out": Category(lazy_("Other spending"), "out"),
}

#: To what a tenant may round what is asked; half up. The law names none: a tenant's choice (domain facts §5).
ROUNDINGS = ("0.01", "0.10", "1.00")


def class_name(key: str) -> str:
    """The class in the reader's language; an unknown key as it is."""
    return str(CLASSES[key].name) if key in CLASSES else key


def classes_on(line: str) -> list[str]:
    return [key for key, one in CLASSES.items() if one.line == line]


def needs_base(key: str) -> bool:
    return CLASSES[key].base is not None


def category_name(key: str) -> str:
    return str(CATEGORIES[key].name) if key in CATEGORIES else key


def way_name(key: str) -> str:
    return str(WAYS[key]) if key in WAYS else key
