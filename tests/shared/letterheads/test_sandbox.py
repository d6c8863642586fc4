"""The text of a section: what fills it, what may not stand in it, and that no text goes on without end."""

import time
from typing import Any

import pytest

from shared.errors import Invalid
from shared.i18n import use_locale
from shared.letterheads.sandbox import check, left_over, other_times, render

VALUES: dict[str, Any] = {
    "tenant": "某局", "unit": "一支部", "superior": "机关党委", "members": 12, "year": 2026, "month": "",
    "records": [
        {"day": f"2026-01-{day:02d}", "kind": "主题党日", "title": f"<b>{day}</b>", "expected": 12, "present": 11}
        for day in range(1, 29)
    ] * 40,
    "missing": [],
}  # fmt: skip


def refused(body: str) -> str:
    with use_locale("zh_Hans"), pytest.raises(Invalid) as problem:
        render(body, VALUES)
    return str(problem.value.fields["body"])


def test_values_have_a_name_in_both_languages() -> None:
    assert render("{{ 单位 }}{{ unit }}{{ 年份 }}", VALUES) == "一支部一支部2026"
    text = render(
        "{% for 行 in 记录 %}{% if loop.index <= 2 %}{{ 行.日期 }} {{ 行.title }};{% endif %}{% endfor %}",
        VALUES,
    )
    assert text == "2026-01-01 <b>1</b>;2026-01-02 <b>2</b>;"
    assert render("{% if missing %}缺{% else %}不缺{% endif %}{{ records|length }}", VALUES) == "不缺1120"
    assert render("{% for n in range(3) %}{{ n }}{% endfor %}", VALUES) == "012"


@pytest.mark.parametrize(
    "body",
    [
        "甲\n{% for a in range(1000000000) %}x{% endfor %}",
        "甲\n{% for a in records %}{% for b in records %}{% for c in records %}{% endfor %}{% endfor %}{% endfor %}",
        "甲\n{% for a in range(9000000000000000000000) %}{% endfor %}",
    ],
)
def test_a_loop_without_end_is_ended_and_named(body: str) -> None:
    begun = time.monotonic()
    said = refused(body)
    assert time.monotonic() - begun < 3
    assert "第 2 行" in said
    assert "循环" in said or "无法填入" in said


def test_a_text_that_only_grows_is_ended() -> None:
    said = refused(
        "{% for a in records %}{% for b in range(100) %}" + "字" * 900 + "{% endfor %}{% endfor %}"
    )
    assert "60,000" in said


@pytest.mark.parametrize(
    "body",
    [
        "{% set x = 1 %}", "{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}", "{% include 'paper.html' %}",
        "{% import 'x' as y %}", "{% extends 'paper.html' %}", "{{ ''.__class__ }}", "{{ unit.__class__ }}",
        "{{ unit.format() }}", "{{ 9 ** 9 }}", "{{ 'a' * 9 }}", "{{ 'a' ~ 'b' }}", "{{ lipsum() }}", "{{ cycler }}",
        "{{ self }}", "{{ config }}", "{{ unit|attr('__class__') }}",
        "{{ unit|format }}", "{{ unit|replace('a','b') }}",
        "{% for a in records recursive %}{{ loop(a) }}{% endfor %}", "{{ range }}{{ range(3)() }}",
        "{{ records[0:3] }}",
        "{{ open('/etc/passwd') }}", "{% raw", "{{", "{{ nothing }}", "{{ records[99999].title }}",
        "{{ unit.nothing.more }}",
        "{% filter upper %}x{% endfilter %}", "{% call range(3) %}{% endcall %}", "{{ unit['__class__'].mro() }}",
        "{{ 1 / 0 }}", "{% for a in members %}{% endfor %}", "{{ range('x') }}",
    ],
)  # fmt: skip
def test_nothing_else_may_stand_there(body: str) -> None:
    assert refused(body)


def test_what_is_left_over_is_found() -> None:
    assert left_over("由××支部在20XX年____，{姓名}，某某，{{ x }}，【待填】") == [
        "××", "20XX", "____", "{姓名}", "某某", "{{", "}}", "【待填】",
    ]  # fmt: skip
    assert left_over("在2026年7月，一支部（12人）学习“三会一课”") == []
    assert other_times("2025年12月和2026年7月", year=2026, month=7) == ["2025年", "12月"]
    assert other_times("每月一次，12个月内，第3季度", year=2026, month=7) == []
    check("")
