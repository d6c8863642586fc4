"""The tenant's own words: what may stand between the braces, kept by keys, filled once, never executed."""

import ast
import inspect
import textwrap
from types import FunctionType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.i18n import LOCALES, use_locale
from shared.messages.topics import KINDS
from shared.messages.wording import COMMON, VARIABLES, WORDINGS, fill, keep, one_line, shown, used, words_of


@pytest.mark.parametrize("kind", WORDINGS)
@pytest.mark.parametrize("locale", LOCALES)
def test_each_variable_is_one_word_of_its_own_in_every_language(kind: str, locale: str) -> None:
    with use_locale(locale):
        words = words_of(kind)
        text = "".join(f"{{{{{word}}}}}" for word in words.values())
        assert all(word.isidentifier() for word in words.values())
        assert len(set(words.values())) == len(words)
        kept, problem = keep(kind, text)
        assert problem == ""
        assert used(kept) == set(words)
        assert shown(kind, kept) == "".join(f"{{{{ {word} }}}}" for word in words.values())


def test_no_word_means_one_variable_in_one_language_and_another_in_another() -> None:
    meant: dict[str, str] = {}
    for locale in LOCALES:
        with use_locale(locale):
            for key, variable in VARIABLES.items():
                assert meant.setdefault(str(variable.word), key) == key


@pytest.mark.parametrize(
    "text",
    [
        "{{ 1/0 }}",
        "{{ count / 0 }}",
        "{{ 数量 + 1 }}",
        "{% for n in range(9999999) %}x{% endfor %}",
        "{% if name %}x{% endif %}",
        "{{ name.__class__.__mro__ }}",
        "{{ name|upper }}",
        "{{ ''.join(name) }}",
        "{{ name() }}",
        "{{ cycler }}",
        "{{ self }}",
        "{{ nobody }}",
        "{{ person }}",
        "{{ }}",
        "{{}}",
        "{{ name",
        "name }}",
        "{{ {{ name }} }}",
        "{# a remark #}",
        "{{ name\n}}",
        "{% raw %}{{ name }}{% endraw %}",
        "{{- name -}}",
        "｛｛ 姓名 ｝｝",
        "{姓名}",
        "{ name }",
        "bell \x07",
        "nothing \x00",
    ],
)
def test_what_is_no_variable_is_refused_with_its_line(text: str) -> None:
    for before, line in (("", "第 1 行"), ("您好 {{ 姓名 }}：\n\n", "第 3 行")):
        _kept, problem = keep("digest", before + text)
        assert line in problem


@pytest.mark.parametrize(
    "text",
    ["<script>alert(1)</script>", "100 % {done}", "a } b { c", "%(name)s", "$name", "%s", "｛姓名｝", "{ }"],
)
def test_what_only_looks_odd_goes_out_as_it_is(text: str) -> None:
    kept, problem = keep("digest", text)
    assert (kept, problem) == (text, "")
    assert fill(kept, {}) == text


@given(st.text(max_size=60))
def test_whatever_is_kept_is_filled_as_it_stands(text: str) -> None:
    kept, problem = keep("digest", text)
    if not problem:
        assert fill(kept, dict.fromkeys(WORDINGS["digest"].variables, "x")) is not None
        assert keep("digest", shown("digest", kept)) == (kept, "")


def test_a_value_is_filled_in_once_and_a_missing_one_is_noticed() -> None:
    assert fill("{{ name }}, {{ subject }}", {"name": "{{ subject }}", "subject": "{{ name }}"}) == (
        "{{ subject }}, {{ name }}"
    )
    assert fill("{{ name }}", {}) is None
    assert fill("", {}) == ""


def test_a_subject_stays_one_short_line() -> None:
    assert one_line("a\r\nBcc: x@example.test\x00 b\u2028c") == "a Bcc: x@example.test b c"
    assert len(one_line("长" * 999)) == 200


def _given(source: str) -> list[set[str]]:
    """The keys that each Said, or Composed with values, of a piece of code gives; names of dicts are followed."""
    tree = ast.parse(source)
    named = {
        target.id: node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name) and isinstance(node.value, ast.Dict)
    }
    returned = {
        node.name: one.value
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        for one in ast.walk(node)
        if isinstance(one, ast.Return) and isinstance(one.value, ast.Dict)
    }
    found = []
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
            continue
        if node.func.id not in ("Said", "Composed"):
            continue
        values: ast.expr | None = next((one.value for one in node.keywords if one.arg == "values"), None)
        if values is None and node.func.id == "Said" and len(node.args) > 3:
            values = node.args[3]
        if isinstance(values, ast.Name):
            values = named.get(values.id)
        elif isinstance(values, ast.Call) and isinstance(values.func, ast.Name):
            values = returned.get(values.func.id)
        keys = values.keys if isinstance(values, ast.Dict) else []
        found.append({str(key.value) for key in keys if isinstance(key, ast.Constant)})
    return found


def _reached(function: FunctionType) -> str:
    """A composer's own code and that of the functions of its module that it names."""
    module = inspect.getmodule(function)
    assert module is not None
    seen: dict[str, str] = {}
    todo = [function]
    while todo:
        one = todo.pop()
        if one.__name__ in seen:
            continue
        seen[one.__name__] = textwrap.dedent(inspect.getsource(one))
        names = {node.id for node in ast.walk(ast.parse(seen[one.__name__])) if isinstance(node, ast.Name)}
        for name in names:
            other = getattr(module, name, None)
            held = list(other.values()) if isinstance(other, dict) else [other]
            todo += [
                each for each in held if isinstance(each, FunctionType) and inspect.getmodule(each) is module
            ]
    return "\n".join(seen.values())


def test_every_message_that_goes_by_itself_has_a_wording_and_gives_its_variables() -> None:
    from services.worker.digests import PARTS  # noqa: PLC0415 - the environment must stand first
    from services.worker.messages import COMPOSERS  # noqa: PLC0415

    by_themselves = set(COMPOSERS) - set(PARTS) - {"channel_test", "circular"}
    assert set(WORDINGS) == by_themselves
    assert set(WORDINGS) <= set(KINDS)
    for kind, wording in WORDINGS.items():
        composer = COMPOSERS[kind]
        assert isinstance(composer, FunctionType)
        given_by = _given(_reached(composer))
        assert given_by, kind
        for keys in given_by:
            assert set(wording.own) <= keys, (kind, keys)
            assert not set(COMMON) & keys, kind
