"""What one row of a list says, by the layout of the list: facts, doubts, and what is refused."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import Any, Final, TypeVar

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext as _

from prisoners import dates
from prisoners.desk.importing import values
from prisoners.desk.importing.odd_dates import read_date
from prisoners.desk.importing.profile import AMOUNTS, FIELDS, HELD, Column, Layout
from prisoners.desk.importing.reading import Row
from prisoners.desk.importing.terms import read_amounts, read_charges, read_term
from prisoners.desk.importing.values import Value, is_nothing, script_of
from prisoners.models import Detention, ExternalId, Facility, Prisoner, Sentence

T = TypeVar("T")

LONGEST_RECORD: Final = 300
# As much of a cell as a preview shows.
SHOWN: Final = 300
# What cells were read as that is kept, of short ones: those of a list come again and again.
KEPT: Final = 16_384
DAYS: Final = 65_536
SHORT: Final = 200

_LIMITED: Final = {
    "occupation": Prisoner._meta.get_field("occupation").max_length or 0,
    "place": Detention._meta.get_field("place").max_length or 0,
    "arresting_authority": Detention._meta.get_field("arresting_authority").max_length or 0,
    "facility": Facility._meta.get_field("name").max_length or 0,
    "court": Sentence._meta.get_field("court").max_length or 0,
}
_LONGEST_ID: Final = ExternalId._meta.get_field("value").max_length or 0
_LONGEST_ADDRESS: Final = ExternalId._meta.get_field("address").max_length or 0
_valid_url = URLValidator(schemes=["http", "https"])
# A site, and a path of signs with which an address is as valid as without. Those of a list are all
# of one site, and to look at a whole address takes long.
_PLAIN_PATH: Final = re.compile(r"(https?://[\w.-]+)/[\w./-]*\Z", re.ASCII)

# Facts that make a row speak of a detention, and those that make it speak of a sentence.
DETENTION: Final = ("began", "place", "arresting_authority", "end_kind", "ended", "last_confirmed")
SENTENCE: Final = ("term", "sentence_kind", "regime", "court", "passed")
IN_DETENTION: Final = (*DETENTION, *SENTENCE, "facility", "charges")


@dataclass(slots=True)
class Understood:
    """What a row says. ``facts`` are as JSON can hold them, named as in ``FIELDS`` except that
    ``status`` is ``end_kind``, and the columns of a term are ``term``; ``names`` are lists of
    text, language and kind, the name itself first.

    ``doubts`` has, for each fact that is read with doubt, what it was read from. ``refusal`` says
    why the row as a whole cannot be taken; empty: it can.
    """

    number: int
    record: str = ""
    refusal: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    doubts: dict[str, str] = field(default_factory=dict)
    cells: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        names = self.facts.get("names")
        return str(names[0][0]) if names else ""

    @property
    def is_uncertain(self) -> bool:
        return any(cell["state"] != "read" for cell in self.cells)

    def cell(self, heading: str, name: str, value: Value, shown: str) -> None:
        """Keep what was read from what, for whoever looks at the preview."""
        state = "refused" if value.refused else "read" if value.certain else "uncertain"
        self.cells.append(
            {
                "heading": heading,
                "field": name,
                "raw": value.raw[:SHOWN],
                "shown": shown[:SHOWN],
                "state": state,
                "remark": value.refused or value.remark,
            }
        )

    def drop(self, name: str, reason: str) -> None:
        """Refuse a fact that was read, because others say that it cannot be so."""
        self.facts.pop(name, None)
        self.doubts.pop(name, None)
        for cell in self.cells:
            if cell["field"] == name and cell["state"] != "refused":
                cell |= {"state": "refused", "shown": "", "remark": reason}


class Understanding:
    """Reads the rows of one file by a layout."""

    def __init__(self, layout: Layout, headings: Iterable[str]) -> None:
        self.layout = layout
        # Kept with this and no longer: remarks are in the language of whoever imports.
        self._is_nothing = _keeping(lambda raw: is_nothing(raw, layout.nothing))
        self._read_date = _keeping(lambda raw: read_date(raw, layout.dates), DAYS)
        self._read_term = _keeping(read_term)
        self._read_names = _keeping(lambda raw: values.read_names(raw, layout.nothing))
        self._read_charges = _keeping(lambda raw: read_charges(raw, layout.code, layout.codes))
        self._read_amounts = lru_cache(KEPT)(self._amount)
        # A text is refused where its field does not hold it; None: it holds any.
        self._read_text = {
            longest: _keeping(partial(values.read_text, longest=longest))
            for longest in (None, *_LIMITED.values())
        }
        self.columns = [
            (place, heading, column, FIELDS[column.field].kind)
            for (place, column), heading in self._with_headings(list(headings))
        ]
        self._read_choice = {
            heading: _keeping(partial(self._meant, column))
            for _place, heading, column, kind in self.columns
            if kind == "choice"
        }
        # Two dates in the order in which they can be, which is refused where they are not, and why.
        self.order = (
            ("birth", "death", "death", _("it comes before the birth")),
            ("birth", "began", "birth", _("it comes after the detention")),
            ("began", "ended", "ended", _("it comes before the detention began")),
            ("began", "last_confirmed", "last_confirmed", _("it comes before the detention began")),
            ("last_confirmed", "ended", "last_confirmed", _("it comes after the detention ended")),
        )
        self.readers: dict[str, Callable[[Understood, str, Column, str], None]] = {
            "id": self._id,
            "address": self._address,
            "name": self._name,
            "names": self._names,
            "choice": self._choice,
            "date": self._date,
            "country": self._country,
            "countries": self._countries,
            "text": self._text,
            "prose": self._prose,
            "note": self._note,
            "term": self._term,
            "charges": self._charges,
        }

    def _with_headings(self, headings: list[str]) -> list[tuple[tuple[int, Column], str]]:
        return [((p, c), headings[p]) for p, c in self.layout.placed(headings)]

    def read(self, row: Row) -> Understood:
        number, cells = row
        understood = Understood(number)
        amounts: dict[str, str] = {}
        for place, heading, column, kind in self.columns:
            raw = cells[place]
            if not raw or raw.isspace():
                continue
            if column.note_if and column.note_if in raw:
                self._note(understood, heading, column, raw)
            elif kind == "names":
                self._names(understood, heading, column, raw)
            elif self._is_nothing(raw) and not (
                column.values and " ".join(raw.split()).casefold() in column.values
            ):
                continue
            elif kind == "amount":
                amounts[column.field] = raw
            else:
                self.readers[kind](understood, heading, column, raw)
        if amounts:
            self._amounts(understood, amounts)
        self._together(understood)
        self._identify(understood)
        return understood

    # One cell

    def _keep(
        self, row: Understood, heading: str, name: str, value: Value, shown: str = ""
    ) -> None:
        """Keep a value as a fact, and as a cell to be looked at."""
        if value.is_stated:
            row.facts[name] = value.value
            if not value.certain:
                row.doubts[name] = value.raw[:SHOWN]
        elif not value.refused and value.certain:
            return
        row.cell(heading, name, value, shown or str(value.value or ""))

    def _id(self, row: Understood, heading: str, column: Column, raw: str) -> None:
        value = values.read_text(raw, _LONGEST_ID)
        if value.value and not value.certain:
            value = values.refuse(raw, _("an id is not doubtful"))
        if value.value and any(sign.isspace() for sign in value.value.strip("\n")):
            value = Value(raw, " ".join(value.value.split()))
        self._keep(row, heading, column.field, value)

    def _address(self, row: Understood, heading: str, column: Column, raw: str) -> None:
        text = raw.strip()
        if column.template:
            text = column.template.replace("{}", values.tidied(raw))
        if not _is_address(text):
            value = values.refuse(raw, _("this is no address of a page"))
        elif len(text) > _LONGEST_ADDRESS:
            value = values.refuse(raw, _("the address is too long"))
        else:
            value = Value(raw, text)
        self._keep(row, heading, column.field, value)

    def _named(self, text: str, column: Column, kind: str) -> list[str]:
        script = script_of(text)
        language = column.language or self.layout.language
        if script != "Latn" and not column.language:
            language = {"Hani": "zh", "Hang": "ko", "Jpan": "ja"}.get(script, "und")
        return [text, language or "und", column.kind or kind]

    def _name(self, row: Understood, heading: str, column: Column, raw: str) -> None:
        value = values.read_name(raw)
        if value.is_stated:
            named = self._named(value.value, column, "transliteration")
            others = [one for one in row.facts.get("names", ()) if one[0] != value.value]
            row.facts["names"] = [named, *others]
            row.facts["display"] = value.value
            if not value.certain:
                row.doubts[f"name {value.value}"] = value.raw
        row.cell(heading, column.field, value, value.value or "")

    def _names(self, row: Understood, heading: str, column: Column, raw: str) -> None:
        for value in self._read_names(raw):
            if value.is_stated:
                named = self._named(value.value, column, "alias")
                names = row.facts.setdefault("names", [])
                if all(text != value.value for text, _language, _kind in names):
                    names.append(named)
                if not value.certain:
                    row.doubts[f"name {value.value}"] = value.raw
            row.cell(heading, column.field, value, value.value or "")

    def _choice(self, row: Understood, heading: str, column: Column, raw: str) -> None:
        value, shown = self._read_choice[heading](raw)
        name = column.field
        if name == "status":
            name = "end_kind"
            if value.value == HELD:
                value = Value(raw, "", value.certain)
        self._keep(row, heading, name, value, shown)

    @staticmethod
    def _meant(column: Column, raw: str) -> tuple[Value, str]:
        """Return what a code stands for, and that in words."""
        choices = FIELDS[column.field].choices
        meanings = column.values or (GENDERS if column.field == "gender" else {})
        value = values.read_choice(raw, meanings, choices)
        return value, str(choices.get(value.value, ""))

    def _date(self, row: Understood, heading: str, column: Column, raw: str) -> None:
        self._keep(row, heading, column.field, self._read_date(raw))

    def _country(self, row: Understood, heading: str, column: Column, raw: str) -> None:
        self._keep(row, heading, column.field, values.read_country(self._meaning(column, raw)))

    def _countries(self, row: Understood, heading: str, column: Column, raw: str) -> None:
        value = values.read_countries(self._meaning(column, raw))
        self._keep(row, heading, column.field, value, ", ".join(value.value or ()))

    def _meaning(self, column: Column, raw: str) -> str:
        """Return what the profile puts in place of a text, else the text."""
        if not column.values:
            return raw
        return column.values.get(" ".join(raw.split()).casefold(), raw)

    def _text(self, row: Understood, heading: str, column: Column, raw: str) -> None:
        longest = _LIMITED[column.field]
        value = self._read_text[longest](self._meaning(column, raw))
        before = row.facts.get(column.field)
        if value.is_stated and before:
            joined = f"{before}, {value.value}"
            if len(joined) > longest:
                value = values.refuse(raw, _("together with the other columns it is too long"))
            else:
                row.cell(heading, column.field, value, value.value)
                row.facts[column.field] = joined
                return
        self._keep(row, heading, column.field, value)

    def _prose(self, row: Understood, heading: str, column: Column, raw: str) -> None:
        value = self._read_text[None](self._meaning(column, raw))
        if value.is_stated and (before := row.facts.get(column.field)):
            value = Value(raw, f"{before}\n\n{value.value}", value.certain)
        self._keep(row, heading, column.field, value)

    def _note(self, row: Understood, heading: str, column: Column, raw: str) -> None:
        value = self._read_text[None](self._meaning(column, raw))
        if value.is_stated:
            line = f"{heading}: {value.value}"
            row.facts["note"] = "\n".join(filter(None, (row.facts.get("note"), line)))
        if value.is_stated or value.refused:
            row.cell(heading, "note", value, value.value or "")

    def _term(self, row: Understood, heading: str, column: Column, raw: str) -> None:
        value = self._read_term(self._meaning(column, raw))
        if value.is_stated and "kind" in value.value:
            row.facts["sentence_kind"] = value.value["kind"]
            row.cell(heading, "sentence_kind", value, value.value["kind"])
            return
        self._keep(row, heading, "term", value, shown_term(value.value))

    def _amounts(self, row: Understood, amounts: dict[str, str]) -> None:
        units = [(name.removeprefix("term_"), amounts[name]) for name in AMOUNTS if name in amounts]
        headings = [h for _p, h, column, _k in self.columns if column.field in amounts]
        is_short = all(len(text) <= SHORT for _unit, text in units)
        value = (self._read_amounts if is_short else self._amount)(tuple(units))
        self._keep(row, ", ".join(headings), "term", value, shown_term(value.value))

    @staticmethod
    def _amount(units: tuple[tuple[str, str], ...]) -> Value:
        return read_amounts(" · ".join(text for _unit, text in units), dict(units))

    def _charges(self, row: Understood, heading: str, column: Column, raw: str) -> None:
        for value in self._read_charges(raw):
            if value.is_stated:
                if value.value not in row.facts.setdefault("charges", []):
                    row.facts["charges"].append(value.value)
                if not value.certain:
                    row.doubts[f"charge {' '.join(value.value or ())}"] = value.raw
            row.cell(heading, column.field, value, " ".join(filter(None, value.value or ())))

    # The row as a whole

    def _together(self, row: Understood) -> None:
        """Refuse what cannot be so beside what else the row says."""
        facts = row.facts
        if "occupation_group" in facts and "occupation" not in facts:
            row.drop("occupation_group", _("it goes with an occupation, and there is none"))
        if "ended" in facts and facts.get("end_kind") == "":
            row.drop("ended", _("the status says that the person is still held"))
        for earlier, later, wrong, reason in self.order:
            if certainly_before(facts.get(later), facts.get(earlier)):
                row.drop(wrong, reason)
        if "ended" in facts and "end_kind" not in facts:
            # What it says: released, how is not stated.
            facts["end_kind"] = Detention.EndKind.RELEASED.value
        self._settle_country(row)

    def _settle_country(self, row: Understood) -> None:
        """Give a detention its country; without one there is none."""
        facts = row.facts
        if not any(name in facts for name in IN_DETENTION):
            facts.pop("country", None)
        elif "country" not in facts and self.layout.country:
            facts["country"] = self.layout.country
        elif "country" not in facts:
            for name in IN_DETENTION:
                row.drop(name, _("the country is missing, and a detention has one"))

    def _identify(self, row: Understood) -> None:
        """Say by what the row is known again, or why it cannot be taken."""
        parts = [self._key_part(row, name) for name in self.layout.key]
        if not row.name or "display" not in row.facts:
            row.refusal = self._why(row, "name") or _("the row has no name")
        missing = next(
            (n for n, part in zip(self.layout.key, parts, strict=True) if not part), None
        )
        if missing and not row.refusal:
            row.refusal = self._why(row, missing) or (
                _("the row has no “%(field)s”, by which it would be known again")
                % {"field": FIELDS[missing].label}
            )
        record = " · ".join(parts)
        if len(record) > LONGEST_RECORD:
            record = hashlib.sha256(record.encode()).hexdigest()
        row.record = record

    def _key_part(self, row: Understood, name: str) -> str:
        return str(row.facts.get("display" if name == "name" else name, ""))

    def _why(self, row: Understood, name: str) -> str:
        """Return why a field of a row was refused; empty where nothing stood there."""
        for cell in row.cells:
            if cell["field"] == name and cell["state"] == "refused":
                return _("%(field)s “%(raw)s”: %(reason)s") % {
                    "field": FIELDS[name].label,
                    "raw": cell["raw"],
                    "reason": cell["remark"],
                }
        return ""


def _keeping(read: Callable[[str], T], most: int = KEPT) -> Callable[[str], T]:
    """Keep what short texts are read as; a long one comes once, and would only take memory."""
    kept = lru_cache(most)(read)
    return lambda raw: kept(raw) if len(raw) <= SHORT else read(raw)


def _is_address(text: str) -> bool:
    """Whether a text is the address of a page."""
    place = _PLAIN_PATH.match(text)
    return _is_valid(f"{place[1]}/" if place and len(text) <= _LONGEST_ADDRESS else text)


@lru_cache(KEPT)
def _is_valid(address: str) -> bool:
    try:
        _valid_url(address)
    except ValidationError:
        return False
    return True


GENDERS: Final = {
    **dict.fromkeys(("m", "male", "man", "м", "муж", "мужской", "мужчына", "чоловік"), "male"),
    **dict.fromkeys(("f", "female", "woman", "ж", "жен", "женский", "жанчына", "жінка"), "female"),
}


def certainly_before(one: str | None, other: str | None) -> bool:
    """Whether a date (EDTF; None: not known) comes before another one, whichever days they were."""
    first, second = dates.parse(one or ""), dates.parse(other or "")
    return bool(first and second and first.certainly_before(second))


def shown_term(term: dict[str, int] | None) -> str:
    if not term:
        return ""
    return " ".join(f"{number} {unit}" for unit, number in term.items())
