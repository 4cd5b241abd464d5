"""Nothing on a public page is left untranslated, and every translation fits its original."""

from __future__ import annotations

import ast
import gettext as gettext_module
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Final

import jinja2.nodes
import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.template import engines
from django.template.base import Node, NodeList
from django.templatetags.i18n import BlockTranslateNode, TranslateNode
from jinja2.ext import extract_from_ast

BASE: Final = Path(settings.BASE_DIR)
TEMPLATES: Final = sorted((BASE / "templates").rglob("*.html"))
# Those that Jinja compiles.
FAST: Final = [one for one in TEMPLATES if "fast" in one.parts]
LANGUAGES: Final = ("be", "ru", "uk")
in_each_language = pytest.mark.parametrize("language", LANGUAGES)


def named(path: Path) -> str:
    return str(path.relative_to(BASE))


# Templates ----------------------------------------------------------------------------------

READ_OUT: Final = ("alt", "aria-label", "title", "placeholder", "data-label", "data-unsaved")
# What stands for itself in every language.
ADDRESSES: Final = ("code", "script", "style")
_COMMENT = re.compile(r"{#.*?#}|{% comment %}.*?{% endcomment %}", re.DOTALL)
_TRANSLATED = re.compile(
    r"{% blocktranslate\b.*?{% endblocktranslate %}|{%.*?%}|{{.*?}}", re.DOTALL
)


class _Words(HTMLParser):
    """Gathers what a reader would see or hear of a template that no tag writes."""

    def __init__(self) -> None:
        super().__init__()
        self.inside: list[str] = []
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside.append(tag)
        named = dict(attrs)
        read_out = [named.get(name) for name in READ_OUT]
        if tag == "meta" and named.get("name") == "description":
            read_out.append(named.get("content"))
        if tag == "input" and named.get("type") in ("submit", "button", "reset"):
            read_out.append(named.get("value"))
        self.found += [text for text in read_out if text]

    def handle_endtag(self, tag: str) -> None:
        while self.inside and self.inside.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not self.inside or self.inside[-1] not in ADDRESSES:
            self.found.append(data)


def untranslated(source: str) -> list[str]:
    """Return the words of a template that are in no translation tag."""
    parser = _Words()
    parser.feed(_TRANSLATED.sub("", _COMMENT.sub("", source)))
    parser.close()
    return [" ".join(one.split()) for one in parser.found if re.search(r"[^\W\d_]", one)]


@pytest.mark.parametrize("path", sorted({*TEMPLATES} - {*FAST}), ids=named)
def test_every_word_of_a_template_is_translated(path: Path) -> None:
    assert untranslated(path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    "source",
    [
        "<p>Some words</p>",
        '<p>{% translate "Fine" %} and not fine</p>',
        '<img alt="A picture">',
        '<nav aria-label="Main {{ x }}"></nav>',
        '<input placeholder="A name">',
        "<p>{% if x %}да{% endif %}</p>",
        '<meta name="description" content="About it">',
    ],
)
def test_a_word_outside_the_tags_would_be_seen(source: str) -> None:
    assert len(untranslated(source)) == 1


def test_what_is_translated_or_no_word_is_let_through() -> None:
    assert (
        untranslated(
            '{# Words #}<p class="x" id="y">{% translate "Words" %} · 12 {{ words }}</p>'
            '<img alt="{% translate "Words" %}"><code>?status=held</code>'
            "{% blocktranslate trimmed %}Words {{ n }}{% endblocktranslate %}"
        )
        == []
    )


def _spoken(node: jinja2.nodes.Node) -> Iterator[str]:
    """Yield each text that an expression may put on a page by itself: not what it compares with."""
    if isinstance(node, jinja2.nodes.Compare):
        return
    if isinstance(node, jinja2.nodes.Call) and getattr(node.node, "name", None) == "_":
        return
    if isinstance(node, jinja2.nodes.Const) and isinstance(node.value, str):
        yield node.value
    for child in node.iter_child_nodes():
        yield from _spoken(child)


def untranslated_in_jinja(source: str) -> list[str]:
    """Return the words of a Jinja template that are no message, beside tags or inside them."""
    tree = engines["fast"].env.parse(source)  # type: ignore[attr-defined]  # of this engine
    shown = tree.find_all((jinja2.nodes.Output, jinja2.nodes.Assign))
    inside = [text for node in shown for text in _spoken(node)]
    outside = untranslated(re.sub(r"{#.*?#}", "", source, flags=re.DOTALL))
    return outside + [text for text in inside if re.search(r"[^\W\d_]", text)]


@pytest.mark.parametrize("path", FAST, ids=named)
def test_every_word_of_a_jinja_template_is_translated(path: Path) -> None:
    assert untranslated_in_jinja(path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    "source",
    [
        "<p>Some words</p>",
        '<p>{{ _("Fine") }} and not fine</p>',
        '{% macro cell(x) %}<td aria-label="A cell">{{ x }}</td>{% endmacro %}',
        '<p>{{ "Not fine" }}</p>',
        '<p>{{ cell("Not fine") }}</p>',
        '<p>{{ x or "Not fine" }}</p>',
        '{% set one, other = _("Fine"), "not fine" %}',
    ],
)
def test_a_word_of_a_jinja_template_that_is_no_message_would_be_seen(source: str) -> None:
    assert len(untranslated_in_jinja(source)) == 1


def test_what_is_a_message_or_no_word_of_a_jinja_template_is_let_through() -> None:
    assert (
        untranslated_in_jinja(
            '{#\nWords\n#}{% set x = _("Words") %}{% if y == "word" %}<b>{{ x }}</b>{% endif %}'
            '{{ cell(y, _("Words")) }} · {{ "1" if y in ("one", "two") else y }}'
        )
        == []
    )


# Messages -----------------------------------------------------------------------------------

CALLS: Final = {
    "_": "m", "gettext": "m", "gettext_lazy": "m", "gettext_noop": "m",
    "ngettext": "mp", "ngettext_lazy": "mp", "pgettext": "cm", "pgettext_lazy": "cm",
}  # fmt: skip
Key = tuple[str, str | None, str | None]


def _called(path: Path) -> Iterator[Key]:
    """Yield each message that a module asks for: itself, its plural, its context."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        roles = CALLS.get(node.func.id)
        texts = [one.value for one in node.args if isinstance(one, ast.Constant)]
        if roles and len(texts) >= len(roles):
            said = {role: str(text) for role, text in zip(roles, texts, strict=False)}
            yield said["m"], said.get("p"), said.get("c")


def _nodes(nodes: Any) -> Iterator[Node]:
    for node in nodes:
        yield node
        for name in (*getattr(node, "child_nodelists", ()), "nodelist"):
            yield from _nodes(getattr(node, name, None) or NodeList())
        for _condition, inside in getattr(node, "conditions_nodelists", ()):
            yield from _nodes(inside)


def _context(node: Any) -> str | None:
    return str(node.message_context.var) if node.message_context else None


def _written(path: Path) -> Iterator[Key]:
    """Yield each message that a template asks for."""
    source = path.read_text("utf-8")
    for node in _nodes(engines["django"].from_string(source).template.nodelist):  # type: ignore[attr-defined]  # of this engine
        if isinstance(node, TranslateNode):
            yield str(node.filter_expression.var.literal), None, _context(node)
        elif isinstance(node, BlockTranslateNode):
            plural = node.render_token_list(node.plural)[0] if node.plural else None
            yield node.render_token_list(node.singular)[0], plural or None, _context(node)
    for text in re.findall(r':_\("([^"]+)"\)', source):
        yield text, None, None


def _written_in_jinja(path: Path) -> Iterator[Key]:
    """Yield each message that a Jinja template asks for."""
    tree = engines["fast"].env.parse(path.read_text("utf-8"))  # type: ignore[attr-defined]  # of this engine
    for _line, _function, text in extract_from_ast(tree, ("_",)):
        yield str(text), None, None


def asked_for() -> set[Key]:
    modules = [*(BASE / "prisoners").rglob("*.py"), *(BASE / "tracker").rglob("*.py")]
    found = {key for path in modules for key in _called(path)}
    found |= {key for path in FAST for key in _written_in_jinja(path)}
    return found | {key for path in TEMPLATES if path not in FAST for key in _written(path)}


def catalogue(language: str) -> Catalog:
    path = BASE / "locale" / language / "LC_MESSAGES" / "django.po"
    with path.open("rb") as file:
        return read_po(file, locale=language)


def messages(language: str) -> list[Message]:
    return [one for one in catalogue(language) if one.id]


def key_of(message: Message) -> Key:
    if isinstance(message.id, str):
        return message.id, None, message.context
    return message.id[0], message.id[1], message.context


def forms(message: Message) -> tuple[str, ...]:
    said: Any = message.string
    return (said,) if isinstance(said, str) else tuple(said)


@in_each_language
def test_the_catalogue_holds_every_message_and_no_other(language: str) -> None:
    there, wanted = {key_of(one) for one in messages(language)}, asked_for()
    assert len(wanted) > 800
    assert sorted(map(str, wanted - there)) == []
    assert sorted(map(str, there - wanted)) == []


@in_each_language
def test_every_message_is_translated_and_none_is_a_guess(language: str) -> None:
    for message in messages(language):
        assert all(forms(message)), message.id
        assert not message.fuzzy, message.id
    assert not catalogue(language).obsolete


PLACEHOLDER: Final = re.compile(r"%\(\w+\)[sdr]")


@in_each_language
def test_a_translation_fills_the_same_places_and_no_others(language: str) -> None:
    for message in messages(language):
        original = message.id if isinstance(message.id, str) else message.id[-1]
        for form in forms(message):
            assert sorted(set(PLACEHOLDER.findall(form))) == sorted(
                set(PLACEHOLDER.findall(original))
            ), message.id
            assert form.endswith(".") == original.endswith(".") or form.endswith(".."), message.id
            assert form == form.strip()


@in_each_language
def test_a_counted_message_has_the_three_forms_of_its_language(language: str) -> None:
    counted = [one for one in messages(language) if not isinstance(one.id, str)]
    assert len(counted) > 15
    assert {len(forms(one)) for one in counted} == {3}
    rule = gettext_module.c2py(catalogue(language).plural_expr)
    for number, form in {1: 0, 21: 0, 2: 1, 34: 1, 5: 2, 11: 2, 12: 2, 114: 2, 0: 2}.items():
        assert rule(number) == form, number


@in_each_language
def test_a_translation_is_in_the_letters_of_its_language(language: str) -> None:
    foreign = {"be": "ищъїєґ", "ru": "іўїєґ", "uk": "ёўыэъ"}[language]
    for message in messages(language):
        for form in forms(message):
            assert not set(form.lower()) & set(foreign), form


@in_each_language
def test_the_compiled_catalogue_is_that_of_the_text(language: str) -> None:
    stored = BASE / "locale" / language / "LC_MESSAGES" / "django.mo"
    with stored.open("rb") as file:
        compiled = read_mo(file)
    for one in compiled:
        context: Any = one.context
        one.context = context.decode() if isinstance(context, bytes) else context
    said = {key_of(one): forms(one) for one in compiled if one.id}
    assert said == {key_of(one): forms(one) for one in messages(language)}, (
        "compile it: pybabel compile --domain django --directory locale"
    )
    assert compiled.plural_expr == catalogue(language).plural_expr


def test_every_language_that_is_offered_has_a_catalogue() -> None:
    assert [code for code, _name in settings.LANGUAGES] == ["en", *LANGUAGES]


def test_the_fonts_have_every_letter_of_the_catalogues() -> None:
    ranges = re.search(
        r"LETTERS = \((.*?)\)", (BASE / "static/fonts/README.md").read_text(), re.DOTALL
    )
    assert ranges
    have: set[int] = set()
    for span in re.findall(r"U\+([0-9A-F]{4})(?:-([0-9A-F]{4}))?", ranges.group(1)):
        first, last = int(span[0], 16), int(span[1] or span[0], 16)
        have |= set(range(first, last + 1))
    text = "".join(
        form for language in LANGUAGES for one in messages(language) for form in forms(one)
    )
    assert {letter for letter in text if ord(letter) not in have and letter not in "→\n"} == set()
