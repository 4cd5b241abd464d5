"""The footnotes of one page, numbered in the order in which its facts ask for them."""

from __future__ import annotations

from collections.abc import Iterable
from operator import itemgetter
from typing import Any, Final

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from prisoners import dates
from prisoners.models import TARGET_NAMES, Citation, Record, Source
from prisoners.models.fields import IntervalField
from prisoners.public.words import label, listed
from prisoners.reading.citations import Citations
from prisoners.reading.gaps import stated
from prisoners.reading.translations import translate

# The facts that are dates, of whatever record.
DATES: Final = frozenset(
    one.name
    for model in TARGET_NAMES
    for one in model._meta.concrete_fields
    if isinstance(one, IntervalField)
)


class Footnotes:
    """Numbers citations as facts are laid out, top to bottom; ``notes`` then lists them.

    The records are put into the reader's language first, with all that was loaded with them, and
    so are those ``beside`` them, which are shown without notes.

    Citations of the same place in the same source share a number.
    """

    def __init__(self, records: Iterable[Record], beside: Iterable[Record] = ()) -> None:
        records = list(records)
        translate([*records, *beside])
        self._citations = Citations(records)
        self._notes: dict[tuple[Any, ...], dict[str, Any]] = {}

    def add(self, records: Iterable[Record]) -> None:
        """Look up the citations of more records of the page."""
        records = list(records)
        translate(records)
        self._citations.add(records)

    def refs(self, record: Record, *fields: str) -> list[dict[str, Any]]:
        """Return the numbers that stand after one or more facts of a record.

        A fact that is not stated has none, though its record be cited as a whole: its note would
        lead back to nothing.
        """
        refs: list[dict[str, Any]] = []
        for field in fields or ("",):
            if field and not stated(record, field):
                continue
            for citation in self._citations.of(record, field):
                note = self._note(citation)
                if any(ref["number"] == note["number"] for ref in refs):
                    continue
                refs += self._ref(note)
        return sorted(refs, key=itemgetter("number")) if len(refs) > 1 else refs

    def marks(self, record: Record, *fields: str) -> SafeString:
        """Return the same in one piece, as it stands on the page."""
        return SafeString("".join([ref["mark"] for ref in self.refs(record, *fields)]))

    def wordings(self, record: Record, field: str) -> list[dict[str, Any]]:
        """Return how sources that support a fact put it, where they are quoted as differing."""
        return [
            {"text": one.value, "refs": self._ref_of(one)}
            for one in self._citations.of(record, field)
            if one.stance == Citation.Stance.SUPPORTS and one.value
        ]

    def is_disputed(self, record: Record, field: str) -> bool:
        """Return whether a source gives another value for a fact."""
        return bool(self._citations.against(record, field))

    def disagreement(self, record: Record, field: str, value: str, question: str) -> dict[str, Any]:
        """Return what the sources-disagree box shows of a disputed fact: ours, and theirs."""
        against = self._citations.against(record, field)
        ours = self._citations.of(record, field)
        supporting = [one for one in ours if one.stance == Citation.Stance.SUPPORTS]
        said: dict[str, dict[str, Any]] = {}
        for words, one in [(value, one) for one in supporting] + [
            (one.value, one) for one in against
        ]:
            row = said.setdefault(words, {"value": words, "refs": [], "by": {}})
            row["refs"] += self._ref_of(one)
            row["by"][one.source_id] = {
                "who": one.source.publisher or one.source.title,
                "when": label(one.source.published),
                "url": one.source.get_absolute_url(),
            }
        return {
            "question": question,
            "values": [row | {"by": list(row["by"].values())} for row in said.values()],
        }

    @property
    def notes(self) -> list[dict[str, Any]]:
        """The notes asked for so far, each with the way back to where it is asked for."""
        return [note | {"backlinks": _backlinks(note)} for note in self._notes.values()]

    def _ref_of(self, citation: Citation) -> list[dict[str, Any]]:
        return self._ref(self._note(citation))

    @staticmethod
    def _ref(note: dict[str, Any]) -> list[dict[str, Any]]:
        anchor = f"ref-{note['number']}-{len(note['anchors']) + 1}"
        note["anchors"].append(anchor)
        before, after = note["mark"]
        return [{"number": note["number"], "mark": SafeString(f"{before}{anchor}{after}")}]

    def _note(self, citation: Citation) -> dict[str, Any]:
        identity = (
            citation.source_id,
            citation.locator,
            citation.stance,
            citation.value,
            citation.archived,
            citation.read_on,
        )
        if identity not in self._notes:
            source = citation.source
            number = len(self._notes) + 1
            self._notes[identity] = {
                "number": number,
                "mark": _mark(number),
                "title": source.title,
                "url": source.get_absolute_url(),
                "lang": source.language,
                "byline": byline(source),
                "locator": citation.locator,
                "archive_url": citation.archived or source.archived,
                "original_url": source.address,
                "accessed": _("Read on %(day)s.") % {"day": dates.day_label(citation.read_on)}
                if citation.read_on
                else "",
                "against": _("Says otherwise: %(value)s.") % {"value": citation.value}
                if citation.stance == Citation.Stance.CONTRADICTS
                else "",
                "says": _("Says: %(value)s.") % {"value": citation.value}
                if _says_another_day(citation)
                else "",
                "anchors": [],
            }
        return self._notes[identity]


def _says_another_day(citation: Citation) -> bool:
    """Return whether a source of a date gives it in other words: less exactly, or an age."""
    supports = citation.stance == Citation.Stance.SUPPORTS
    return supports and bool(citation.value) and citation.field in DATES


def _mark(number: int) -> tuple[str, str]:
    """Return the mark of a note, as it is before and after the name of the place that it stands at.

    In one piece: a page of the list has hundreds, each to be put together in a template.
    """
    mark = format_html(
        '<sup class="fn"><a href="#note-{number}" id="\0" aria-label="{label}">{number}</a></sup>',
        number=number,
        label=_("Source %(number)s") % {"number": number},
    )
    before, _place, after = mark.partition("\0")
    return before, after


def _backlinks(note: dict[str, Any]) -> SafeString:
    """Return the links from a note back to each place, in one piece, as the marks are."""
    label = escape(_("Back to place %(place)s of source %(number)s"))
    several = len(note["anchors"]) > 1
    links = []
    for place, anchor in enumerate(note["anchors"], start=1):
        said = label % {"place": place, "number": note["number"]}
        sign = f"↑\u202f{place}" if several else "↑"
        links.append(f'<a class="back" href="#{anchor}" aria-label="{said}">{sign}</a>')
    return SafeString("".join(links))


def byline(source: Source) -> str:
    """Return who published a source and when, and what of it is not stated."""
    known = [source.author, source.publisher, label(source.published)]
    missing = [
        words
        for words, value in (
            (_("author"), source.author),
            (_("publisher"), source.publisher),
            (_("date"), source.published),
        )
        if not value
    ]
    words = ", ".join(one for one in known if one)
    if not missing:
        return words
    absent = _("%(what)s not stated") % {"what": listed(missing)}
    return f"{words}; {absent}" if words else absent[:1].upper() + absent[1:]
