"""What a reader finds on a page: words, links, headings, footnotes; not how it is marked up."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from html.parser import HTMLParser
from typing import Any, Final
from urllib.parse import unquote, urljoin, urlsplit

from django.test import Client

# https://html.spec.whatwg.org/multipage/syntax.html#void-elements
VOID: Final = frozenset(
    "area base br col embed hr img input link meta source track wbr".split()  # noqa: SIM905  # easier to read
)
HEADINGS: Final = ("h1", "h2", "h3", "h4", "h5", "h6")
# Elements that set words apart from those beside them.
_SPACED: Final = frozenset(
    "p li dt dd td th tr h1 h2 h3 h4 h5 h6 div section article option label span a".split()  # noqa: SIM905  # easier to read
)


class Element:
    """One element of a page."""

    def __init__(self, tag: str, attrs: dict[str, str], parent: Element | None = None) -> None:
        self.tag = tag
        self.attrs = attrs
        self.parent = parent
        self.children: list[Element | str] = []

    def __repr__(self) -> str:
        return f"<{self.tag} {self.attrs}> {self.text[:80]}"

    def walk(self) -> Iterator[Element]:
        """Yield this element and all inside it, in the order of the page."""
        yield self
        for child in self.children:
            if isinstance(child, Element):
                yield from child.walk()

    def all(self, *tags: str, **attrs: str) -> list[Element]:
        """Return the elements inside of any of some tags, with these attributes."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attrs.items()}
        return [
            one
            for one in self.walk()
            if (not tags or one.tag in tags) and wanted.items() <= one.attrs.items()
        ]

    def one(self, *tags: str, **attrs: str) -> Element:
        """Return the only such element."""
        found = self.all(*tags, **attrs)
        assert len(found) == 1, f"{len(found)} of {tags} {attrs}, not one"
        return found[0]

    def closest(self, *tags: str) -> Element:
        """Return the nearest element around this one that is of any of some tags."""
        around = self.parent
        while around is not None:
            if around.tag in tags:
                return around
            around = around.parent
        raise AssertionError(f"{self} is in none of {tags}")

    def _words(self, footnotes: bool) -> Iterator[str]:
        for child in self.children:
            if isinstance(child, str):
                yield child
            elif footnotes or not child.is_footnote:
                apart = " " if child.tag in _SPACED or child.tag == "br" else ""
                yield apart
                yield from child._words(footnotes)
                yield apart

    def with_words(self, words: str) -> Iterator[Element]:
        """Yield this element and those inside that have some words, where it has them."""
        if words in self.text:
            yield self
            for child in self.children:
                if isinstance(child, Element):
                    yield from child.with_words(words)

    @cached_property
    def text(self) -> str:
        """All its words, footnote numbers left out."""
        words = " ".join("".join(self._words(footnotes=False)).split())
        return re.sub(r" ([,.;:)])", r"\1", words)

    @cached_property
    def is_footnote(self) -> bool:
        return self.tag == "sup" and any(
            link.attrs.get("href", "").startswith("#note-") for link in self.all("a")
        )

    @property
    def footnotes(self) -> list[str]:
        """The ids of the notes that the footnotes inside lead to."""
        return [
            link.attrs["href"][1:]
            for one in self.walk()
            if one.is_footnote
            for link in one.all("a")
        ]


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = self.here = Element("", {})

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        made = Element(tag, {name: value or "" for name, value in attrs}, self.here)
        self.here.children.append(made)
        if tag not in VOID:
            self.here = made

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.here.children.append(
            Element(tag, {name: value or "" for name, value in attrs}, self.here)
        )

    def handle_endtag(self, tag: str) -> None:
        assert self.here.tag == tag, f"</{tag}> closes <{self.here.tag}>"
        assert self.here.parent is not None
        self.here = self.here.parent

    def handle_data(self, data: str) -> None:
        self.here.children.append(data)


class Page(Element):
    """A whole page, as answered at a path."""

    def __init__(self, response: Any, path: str) -> None:
        builder = _Builder()
        builder.feed(response.content.decode())
        builder.close()
        assert builder.here is builder.root, f"<{builder.here.tag}> is never closed on {path}"
        super().__init__("", {})
        self.children = builder.root.children
        self.response = response
        self.status: int = response.status_code
        self.path = path

    @property
    def main(self) -> Element:
        return self.one("main")

    @property
    def title(self) -> str:
        return self.one("title").text

    def by_id(self, name: str) -> Element:
        return self.one(id=name)

    def links(self) -> list[str]:
        """Return where the links of the page lead, in order, as full addresses on this site."""
        return [urljoin(self.path, link.attrs["href"]) for link in self.main.all("a")]

    def section(self, heading: str) -> Element:
        """Return the section under a heading."""
        return next(one for one in self.all(*HEADINGS) if one.text.startswith(heading)).closest(
            "section", "article", "main"
        )

    def paragraphs_after(self, words: str) -> set[str]:
        """Return where in their sources the footnotes after some words lead: ``{"¶0", "¶1"}``.

        They are those of the smallest part of the page that has both the words and a footnote.
        """
        assert words in self.main.text, f"“{words}” is not on {self.path}"
        around = [one for one in self.main.with_words(words) if one.footnotes]
        assert around, f"“{words}” has no footnote on {self.path}"
        smallest = min(around, key=lambda one: len(one.text))
        return {place for note in smallest.footnotes for place in self.place_in_source(note)}

    def place_in_source(self, note: str) -> list[str]:
        """Return the places in the source that a note names."""
        text = self.by_id(note).text
        return re.findall(r"¶\d+|headlines beside the text", text)

    def facts(self) -> dict[str, str]:
        """Return what the lists of facts say: label to value, one after another where it recurs."""
        said: dict[str, str] = {}
        for label in self.main.all("dt"):
            assert label.parent is not None
            values = " ".join(value.text for value in label.parent.all("dd"))
            said[label.text] = f"{said[label.text]} {values}" if label.text in said else values
        return said

    def tables(self) -> list[list[dict[str, str]]]:
        """Return each table as rows of column heading to words."""
        return [
            [
                dict(
                    zip(
                        [one.text for one in table.one("thead").all("th")],
                        [one.text for one in row.all("th", "td")],
                        strict=True,
                    )
                )
                for row in table.one("tbody").all("tr")
            ]
            for table in self.main.all("table")
        ]


def read(path: str, status: int = 200, client: Client | None = None) -> Page:
    """Ask for a page and read it."""
    response = (client or Client()).get(path)
    assert response.status_code == status, f"{path} answered {response.status_code}"
    return Page(response, path)


def is_ours(address: str) -> bool:
    """Whether an address is one of this site's own, from its root or from the page."""
    parts = urlsplit(unquote(address))
    return not parts.scheme and not parts.netloc
