"""How a list is laid out: which column is which field, what its codes mean, how dates are written.

A layout comes from a TOML file that is shipped, or from the database, where one is saved under a
name at the desk. It has to say by what a row is known again: an id of the list, or several fields
together. A name alone never is one.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as of
from pathlib import Path
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from prisoners.desk.importing.odd_dates import AUTO, ORDERS
from prisoners.desk.importing.values import country_codes
from prisoners.models import Charge, Detention, Facility, ImportProfile, Prisoner, Sentence, Source

SHIPPED: Final = Path(__file__).resolve().parent / "profiles"
LONGEST_LAW: Final = Charge._meta.get_field("code").max_length or 0
# What a status column says of somebody who is still held; a detention that has not ended.
HELD: Final = "held"


@dataclass(frozen=True, slots=True)
class Field:
    """What a column can be read as.

    ``kind`` says how it is read; ``several``: from more than one column, one after the other.
    """

    name: str
    label: Any
    kind: str
    several: bool = False
    choices: Mapping[str, Any] = of(default_factory=dict)


_ALL: Final = (
    Field("external_id", gettext_lazy("id in the list"), "id"),
    Field("external_address", gettext_lazy("page in the list"), "address"),
    Field("name", gettext_lazy("name"), "name"),
    Field("other_names", gettext_lazy("other spellings of the name"), "names", several=True),
    Field("gender", gettext_lazy("gender"), "choice", choices=dict(Prisoner.Gender.choices)),
    Field("birth", gettext_lazy("born"), "date"),
    Field("death", gettext_lazy("died"), "date"),
    Field("citizenships", gettext_lazy("citizenships"), "countries"),
    Field("occupation", gettext_lazy("occupation"), "text", several=True),
    Field(
        "occupation_group",
        gettext_lazy("occupation group"),
        "choice",
        choices=dict(Prisoner.OccupationGroup.choices),
    ),
    Field("biography", gettext_lazy("short biography"), "prose", several=True),
    Field("country", gettext_lazy("country that holds or held the person"), "country"),
    Field("began", gettext_lazy("detention began"), "date"),
    Field("place", gettext_lazy("where the arrest was"), "text", several=True),
    Field("arresting_authority", gettext_lazy("arresting authority"), "text", several=True),
    Field(
        "status",
        gettext_lazy("status, or how the detention ended"),
        "choice",
        choices={HELD: gettext_lazy("still held"), **dict(Detention.EndKind.choices)},
    ),
    Field("ended", gettext_lazy("detention ended"), "date"),
    Field("last_confirmed", gettext_lazy("last confirmed as held on"), "date"),
    Field("facility", gettext_lazy("facility"), "text"),
    Field("charges", gettext_lazy("articles of law"), "charges", several=True),
    Field("term", gettext_lazy("term in words"), "term"),
    Field("term_years", gettext_lazy("term: years"), "amount"),
    Field("term_months", gettext_lazy("term: months"), "amount"),
    Field("term_weeks", gettext_lazy("term: weeks"), "amount"),
    Field("term_days", gettext_lazy("term: days"), "amount"),
    Field(
        "sentence_kind",
        gettext_lazy("kind of sentence"),
        "choice",
        choices=dict(Sentence.Kind.choices),
    ),
    Field("regime", gettext_lazy("regime"), "choice", choices=dict(Sentence.Regime.choices)),
    Field("court", gettext_lazy("court"), "text"),
    Field("passed", gettext_lazy("sentence passed on"), "date"),
    Field("note", gettext_lazy("note to colleagues"), "note", several=True),
)
FIELDS: Final = {one.name: one for one in _ALL}
AMOUNTS: Final = ("term_years", "term_months", "term_weeks", "term_days")
# Fields that can be part of what a row is known again by; a name, a date or a place alone cannot.
KEYS: Final = ("external_id", "name", "birth", "began")

_COLUMN_KEYS: Final = ("heading", "field", "values", "language", "kind", "template", "note_if")
_HEADER: Final = (
    "name", "title", "key", "scheme", "dates", "encoding", "country", "language", "nothing",
    "code", "codes", "standing", "facility_kind", "source", "columns",
)  # fmt: skip


class LayoutError(Exception):
    """A layout that cannot be used; ``problems`` name each place and what would be right."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(self.problems))


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a list and the field that it fills; an empty field: it is not imported.

    ``values`` are what its codes mean, the codes in small letters. ``template``: what a value is
    put into, at ``{}``. ``kind`` and ``language`` are those of a name. ``note_if``: a cell that
    holds this is no value of the field, and goes to the note.
    """

    heading: str
    field: str = ""
    values: Mapping[str, str] = of(default_factory=dict)
    language: str = ""
    kind: str = ""
    template: str = ""
    note_if: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """All that is known of a kind of list. Names of fields are those of ``FIELDS``."""

    name: str
    title: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    scheme: str
    dates: str = AUTO
    encoding: str = ""
    country: str = ""
    language: str = ""
    nothing: frozenset[str] = frozenset()
    code: str = ""
    codes: Mapping[str, str] = of(default_factory=dict)
    standing: str = Charge.Standing.CHARGED
    facility_kind: str = Facility.Kind.OTHER
    source: Mapping[str, str] = of(default_factory=dict)
    given: Mapping[str, Any] = of(default_factory=dict)

    def placed(self, headings: Iterable[str]) -> list[tuple[int, Column]]:
        """Return the columns of a file that are imported, with their places."""
        known = {plain(column.heading): column for column in self.columns if column.field}
        return [
            (place, known[plain(heading)])
            for place, heading in enumerate(headings)
            if plain(heading) in known
        ]

    def left_out(self, headings: Iterable[str]) -> list[str]:
        """Return the headings of a file that are not imported."""
        known = {plain(column.heading) for column in self.columns if column.field}
        return [heading for heading in headings if plain(heading) not in known]

    def problems_with(self, headings: Iterable[str]) -> list[str]:
        """Return why a file with these headings cannot be imported by this layout."""
        headings = list(headings)
        found = {column.field for _place, column in self.placed(headings)}
        missing = [one for one in dict.fromkeys((*self.key, "name")) if one not in found]
        return [
            _("No column of the file gives “%(field)s”; the profile looks for: %(headings)s.")
            % {
                "field": FIELDS[one].label,
                "headings": ", ".join(c.heading for c in self.columns if c.field == one) or "—",
            }
            for one in missing
        ]  # fmt: skip

    def missing(self, headings: Iterable[str]) -> list[str]:
        """Return the columns that the layout knows and a file has not."""
        there = {plain(heading) for heading in headings}
        return [c.heading for c in self.columns if c.field and plain(c.heading) not in there]


def plain(heading: str) -> str:
    """Return a heading without what lists differ in: case, spaces, signs."""
    return re.sub(r"[\W_]+", " ", heading).strip().casefold()


def shipped() -> dict[str, Path]:
    """Return the profiles that come with this program, by name."""
    return {path.stem: path for path in sorted(SHIPPED.glob("*.toml"))}


def find(name: str) -> Layout:
    """Return the layout of a name: one saved at the desk, else one that is shipped, else a file.

    Raise LayoutError where there is none, or it cannot be used.
    """
    saved = ImportProfile.objects.filter(name=name).first() if "\0" not in name else None
    if saved is not None:
        return read_layout(saved.layout)
    known = shipped()
    if name in known:
        return read_file(known[name])
    if name.endswith(".toml"):
        return read_file(Path(name))
    names = sorted({*known, *ImportProfile.objects.values_list("name", flat=True)})
    raise LayoutError(
        [_("There is no profile “%(name)s”; there are: %(names)s.")
         % {"name": name, "names": ", ".join(names)}]
    )  # fmt: skip


def read_file(path: Path) -> Layout:
    """Read a layout from a TOML file."""
    try:
        given = tomllib.loads(path.read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise LayoutError([f"{path.name}: {error}"]) from error
    return read_layout(given)


def read_layout(given: Mapping[str, Any]) -> Layout:
    """Read a layout, and say all that is wrong with it. Raise LayoutError."""
    problems = [
        _("There is no setting “%(name)s”; there are: %(known)s.")
        % {"name": name, "known": ", ".join(_HEADER)}
        for name in given
        if name not in _HEADER
    ]
    columns = [
        column
        for number, table in enumerate(given.get("columns", ()), start=1)
        if (column := _column(table, number, problems)) is not None
    ]
    problems += _about_columns(columns)
    layout = _layout(given, tuple(columns), problems)
    if problems:
        raise LayoutError(problems)
    return layout


def _column(table: Any, number: int, problems: list[str]) -> Column | None:
    where = _("Column %(number)s") % {"number": number}
    if not isinstance(table, Mapping) or not str(table.get("heading", "")).strip():
        problems.append(_("%(where)s: it has no heading.") % {"where": where})
        return None
    where = str(table["heading"])
    problems += [
        _("%(where)s: there is no “%(name)s”; there are: %(known)s.")
        % {"where": where, "name": name, "known": ", ".join(_COLUMN_KEYS)}
        for name in table
        if name not in _COLUMN_KEYS
    ]
    name = str(table.get("field", ""))
    if name and name not in FIELDS:
        problems.append(
            _("%(where)s: there is no field “%(name)s”; there are: %(known)s.")
            % {"where": where, "name": name, "known": ", ".join(FIELDS)}
        )
        return None
    values = {
        " ".join(str(code).split()).casefold(): str(meaning).strip()
        for code, meaning in dict(table.get("values", {})).items()
    }
    if name:
        choices = FIELDS[name].choices
        for code, meaning in values.items():
            if choices and meaning.rstrip("?") and meaning.rstrip("?") not in choices:
                problems.append(
                    _("%(where)s: “%(code)s” means “%(meaning)s”, which is none of: %(known)s.")
                    % {
                        "where": where,
                        "code": code,
                        "meaning": meaning,
                        "known": ", ".join(choices),
                    }
                )
    return Column(
        heading=where,
        field=name,
        values=values,
        language=str(table.get("language", "")),
        kind=str(table.get("kind", "")),
        template=str(table.get("template", "")),
        note_if=str(table.get("note_if", "")),
    )


def _about_columns(columns: list[Column]) -> list[str]:
    problems = []
    seen: dict[str, str] = {}
    headings: set[str] = set()
    for column in columns:
        if plain(column.heading) in headings:
            problems.append(
                _("%(where)s: this heading is there twice.") % {"where": column.heading}
            )
        headings.add(plain(column.heading))
        if not column.field:
            continue
        if column.field in seen and not FIELDS[column.field].several:
            problems.append(
                _("%(where)s: “%(field)s” is already read from “%(other)s”.")
                % {
                    "where": column.heading,
                    "field": FIELDS[column.field].label,
                    "other": seen[column.field],
                }
            )
        seen.setdefault(column.field, column.heading)
    return problems


def _layout(given: Mapping[str, Any], columns: tuple[Column, ...], problems: list[str]) -> Layout:
    fields = {column.field for column in columns}
    default = ["external_id"] if "external_id" in fields else []
    key = tuple(str(one) for one in given.get("key", default))
    name = str(given.get("name", ""))
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,39}", name):
        problems.append(_("Give the profile a name of small letters, digits, - and _, 40 at most."))
    if not key or any(one not in KEYS for one in key):
        problems.append(
            _("Say by what a row is known again: the id in the list, or several of: %(known)s.")
            % {"known": ", ".join(KEYS)}
        )  # fmt: skip
    elif key != ("external_id",) and len(set(key)) < 2:
        problems.append(_("A name or a date alone does not tell who somebody is."))
    problems += [
        _("No column gives “%(field)s”.") % {"field": FIELDS[one].label}
        for one in dict.fromkeys((*key, "name"))
        if one in FIELDS and one not in fields
    ]
    country = str(given.get("country", ""))
    if country and country.casefold() not in country_codes():
        problems.append(_("No country has the code “%(code)s”.") % {"code": country})
    if not country and "country" not in fields and fields & {"began", "status", "ended"}:
        problems.append(_("Say which country holds or held the people."))
    order = str(given.get("dates", AUTO))
    for value, known, setting in (
        (order, ORDERS, "dates"),
        (str(given.get("standing", "charged")), Charge.Standing.values, "standing"),
        (str(given.get("facility_kind", "other")), Facility.Kind.values, "facility_kind"),
    ):
        if value not in known:
            problems.append(
                _("%(setting)s is one of: %(known)s.")
                % {"setting": setting, "known": ", ".join(known)}
            )
    laws = [str(given.get("code", "")), *map(str, dict(given.get("codes", {})).values())]
    if any(len(law) > LONGEST_LAW for law in laws):
        problems.append(
            _("The name of a law has %(most)s characters at most.") % {"most": LONGEST_LAW}
        )
    source = {str(one): str(value) for one, value in dict(given.get("source", {})).items()}
    taken = ("title", "publisher", "address", "kind", "language", "published", "author")
    if set(source) - set(taken) or source.get("kind", "database") not in Source.Kind.values:
        problems.append(_("Of a source are said: %(known)s.") % {"known": ", ".join(taken)})
    return Layout(
        name=name,
        title=str(given.get("title", "")) or name,
        columns=columns,
        key=key,
        scheme=str(given.get("scheme", "")) or name,
        dates=order,
        encoding=str(given.get("encoding", "")),
        country=country_codes().get(country.casefold(), ""),
        language=str(given.get("language", "")),
        nothing=frozenset(
            " ".join(str(one).split()).casefold() for one in given.get("nothing", ())
        ),
        code=str(given.get("code", "")),
        codes={
            str(sign).casefold(): str(law) for sign, law in dict(given.get("codes", {})).items()
        },
        standing=str(given.get("standing", Charge.Standing.CHARGED)),
        facility_kind=str(given.get("facility_kind", Facility.Kind.OTHER)),
        source=source,
        given=given,
    )  # fmt: skip
