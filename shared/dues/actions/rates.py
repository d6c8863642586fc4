"""Brackets, splits and rounding: shipped data comes in; a tenant fixes what the law leaves to it."""

from datetime import date
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from shared.access.actor import Actor
from shared.audit import record
from shared.clock import today
from shared.db import db
from shared.dues.classes import ROUNDINGS, STREAMS
from shared.dues.models import DuesRule, DuesSheet, DuesSplit
from shared.dues.money import show_month
from shared.dues.packs import shipped_rules, shipped_splits
from shared.dues.queries.rates import split_on
from shared.errors import Invalid
from shared.i18n import _
from shared.tenants.actions import put_setting

_RULE_KEY = ["tenant_id", "line", "payer_class", "above", "origin", "valid_from"]
_SPLIT_KEY = ["tenant_id", "stream", "origin", "valid_from"]


def adopt_rates(actor: Actor) -> int:
    """Bring in the shipped brackets and splits that the open tenant lacks; returns how many. Repeating changes nothing.

    A shipped row that is known stays as it came: months were drawn up by it; a new version has a new `valid_from`.
    """
    rules = [
        {
            "line": rule["line"],
            "payer_class": rule["payer_class"],
            "above": Decimal(rule["above"]),
            "up_to": Decimal(rule["up_to"]) if "up_to" in rule else None,
            "rate": Decimal(rule["rate"]) if "rate" in rule else None,
            "step": Decimal(rule.get("step", "0.01")),
            "amount": Decimal(rule["amount"]) if "amount" in rule else None,
            "least": Decimal(rule["least"]) if "least" in rule else None,
            "most": Decimal(rule["most"]) if "most" in rule else None,
            "valid_to": rule.get("valid_to"),
            **{key: rule[key] for key in ("level", "source", "grade", "valid_from")},
        }
        for rule in shipped_rules()
    ]
    splits = [
        {
            "stream": split["stream"],
            "share_up": Decimal(split["share_up"]),
            "rate": Decimal(split["rate"]) if "rate" in split else None,
            **{key: split[key] for key in ("level", "source", "grade", "valid_from")},
        }
        for split in shipped_splits()
    ]
    known = db.session.execute(
        select(
            select(func.count()).where(DuesRule.origin == "pack").scalar_subquery(),
            select(func.count()).where(DuesSplit.origin == "pack").scalar_subquery(),
        )
    ).one()
    if tuple(known) == (len(rules), len(splits)):
        return 0
    new = [
        *db.session.scalars(
            insert(DuesRule)
            .values(rules)
            .on_conflict_do_nothing(index_elements=_RULE_KEY)
            .returning(DuesRule.id)
        ),
        *db.session.scalars(
            insert(DuesSplit)
            .values(splits)
            .on_conflict_do_nothing(index_elements=_SPLIT_KEY)
            .returning(DuesSplit.id)
        ),
    ]
    if new:
        record(actor, verb="dues.adopt", object_type="dues_rule", detail={"rules": len(new)})
    return len(new)


def _begins(valid_from: date) -> None:
    """A choice holds from the first of a month that nobody has drawn up yet."""
    if valid_from.day != 1:
        raise Invalid(fields={"valid_from": _("A choice begins with the first of a month.")})
    latest = db.session.scalar(select(func.max(DuesSheet.month)))
    if latest is not None and valid_from <= latest:
        raise Invalid(
            fields={
                "valid_from": _(
                    "%(month)s is drawn up already; choose a later month.", month=show_month(latest)
                )
            }
        )


def choose_amount(actor: Actor, *, rule: DuesRule, amount: Decimal, valid_from: date, source: str) -> None:
    """Fix the amount of a class that pays one, within the law's bounds (农民党员: 0.2–1 yuan, set by the province).

    Raises Invalid outside the bounds, without a source, or for a month that is drawn up already.
    """
    if rule.amount is None or rule.least is None or rule.most is None:
        raise Invalid(_("This class pays a share of its base; the law sets it."))
    if not rule.least <= amount <= rule.most:
        said = _("From %(least)s to %(most)s yuan.", least=rule.least, most=rule.most)
        raise Invalid(fields={"amount": said})
    if not source.strip():
        raise Invalid(fields={"source": _("Name the decision it rests on.")})
    _begins(valid_from)
    statement = insert(DuesRule).values(
        line=rule.line,
        payer_class=rule.payer_class,
        above=rule.above,
        up_to=rule.up_to,
        step=rule.step,
        amount=amount,
        least=rule.least,
        most=rule.most,
        level="unit",
        grade="B",
        origin="tenant",
        source=source.strip(),
        valid_from=valid_from,
    )
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=_RULE_KEY, set_={"amount": statement.excluded.amount, "source": source.strip()}
        )
    )
    record(
        actor,
        verb="dues.rate",
        object_type="dues_rule",
        object_id=rule.id,
        detail={"kind": rule.payer_class, "since": show_month(valid_from), "to": str(amount)},
    )


def choose_split(actor: Actor, *, stream: str, share_up: Decimal, valid_from: date, source: str) -> None:
    """Which share of a stream goes up from a month on. The employer's rate itself is the law's (工会法 art. 43)."""
    if stream not in STREAMS:
        raise Invalid(fields={"stream": _("Choose one of the list.")})
    if not 0 <= share_up <= 1:
        raise Invalid(fields={"share_up": _("From 0 to 100 per cent.")})
    if not source.strip():
        raise Invalid(fields={"source": _("Name the decision it rests on.")})
    if valid_from.day != 1 or valid_from < today().replace(day=1):
        raise Invalid(fields={"valid_from": _("A choice begins with the first of this or a coming month.")})
    present = split_on(stream, valid_from)
    statement = insert(DuesSplit).values(
        stream=stream,
        share_up=share_up,
        rate=present.rate if present else None,
        level="unit",
        grade="B",
        origin="tenant",
        source=source.strip(),
        valid_from=valid_from,
    )
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=_SPLIT_KEY, set_={"share_up": share_up, "source": source.strip()}
        )
    )
    record(
        actor,
        verb="dues.split",
        object_type="dues_rule",
        detail={"kind": stream, "since": show_month(valid_from), "to": str(share_up)},
    )


def choose_rounding(actor: Actor, *, step: str) -> None:
    """To what coming months round, half up; months that are drawn up keep theirs."""
    if step not in ROUNDINGS:
        raise Invalid(fields={"rounding": _("Choose one of the list.")})
    put_setting(actor, key="dues_rounding", value=step)
