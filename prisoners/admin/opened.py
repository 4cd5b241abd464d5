"""Two people on one page: what it was opened at, what changed meanwhile, and both at each field.

A page carries the values that it was opened at. When it is saved, they are compared with what is
stored by then. Where somebody else saved in between, nothing is written: the page comes again with
all that was typed, with what the other one changed where nothing was typed, and with both where
both changed the same. Saving that page is saving knowingly.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django_countries.fields import MultipleCountriesDescriptor

from prisoners.models import State

OPENED: Final = "_opened"
# Stands beside the fields of a form: it is no entry, and whoever saves must know of it.
STATE: Final = "state"
# A page with more parts than that was not made by the desk.
MOST_ROWS: Final = 2000

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Page:
    """The values of a page: of its own form, and of each stored part by table and number."""

    own: Values
    parts: dict[str, dict[str, Values]]

    def as_text(self) -> str:
        return json.dumps([self.own, self.parts], ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that somebody else changed; ``mine`` is set where it was changed here as well."""

    model: Any
    number: int
    # What it is about in words; empty for the record that the page is of.
    what: str
    label: str
    before: str
    now: str
    mine: str = ""
    is_conflict: bool = False


@dataclass(slots=True)
class Meanwhile:
    """What others changed, and the entries of the page with it."""

    entries: QueryDict
    differences: list[Difference] = field(default_factory=list)
    # By the name of a field on the page: what to say beside it.
    notes: dict[str, str] = field(default_factory=dict)


def page_values(form: Any, formsets: list[Any]) -> Page:
    """Return what a page shows before anything is typed."""
    return Page(
        form_values(form),
        {
            table.prefix: {
                str(row.instance.pk): form_values(row)
                for row in table.initial_forms
                if row.instance.pk
            }
            for table in formsets
        },
    )


def form_values(form: Any) -> Values:
    """Return the values that a form was made with, without the empty ones."""
    values = {
        name: plain(form.get_initial_for_field(one, name))
        for name, one in form.fields.items()
        if is_entry(form, name)
    }
    values[STATE] = str(form.instance.state)
    return {name: value for name, value in values.items() if value}


def is_entry(form: Any, name: str) -> bool:
    """Whether a field is one that somebody fills in."""
    keeping = {form.instance._meta.pk.name, forms.formsets.DELETION_FIELD_NAME}
    return name not in keeping and not isinstance(
        form.fields[name], forms.models.InlineForeignKeyField
    )


def plain(value: Any) -> Any:
    """Return a value as a form would send it: text, several texts, or whether a box is ticked."""
    if value is None or isinstance(value, bool):
        return value or ""
    if isinstance(value, list | tuple | MultipleCountriesDescriptor):
        return sorted(str(one) for one in value)
    if isinstance(value, date):
        return value.isoformat()
    return str(getattr(value, "pk", value)).replace("\r\n", "\n")


def read_page(text: str | None) -> Page | None:
    """Read what a page was opened at; None where it does not say, or was tampered with."""
    try:
        own, parts = json.loads(text or "")
        rows = {
            str(prefix): {str(pk): dict(row) for pk, row in dict(table).items()}
            for prefix, table in dict(parts).items()
        }
        return Page(dict(own), rows)
    except (TypeError, ValueError, RecursionError):
        return None


def compare(entries: QueryDict, files: Any, form: Any, formsets: list[Any]) -> Meanwhile | None:
    """Compare what a page was opened at with what is stored, given as forms that nobody filled in.

    None where nothing changed meanwhile, or the page does not say what it was opened at.
    """
    opened = read_page(entries.get(OPENED))
    if opened is None or opened == page_values(form, formsets):
        return None
    meanwhile = Meanwhile(entries.copy())
    for one in formsets:
        if not _merge_table(meanwhile, one, opened.parts.get(one.prefix, {})):
            return None
    row = Row({name: entries.getlist(name) for name in entries}, files)
    _merge_form(meanwhile, form, opened.own, row)
    return meanwhile if meanwhile.differences else None


@dataclass(frozen=True, slots=True)
class Row:
    """The entries of one form, by the names of its fields."""

    values: dict[str, list[str]]
    files: Any = None

    def of(self, form: Any, name: str) -> Any:
        """Return one entry as its widget reads it."""
        data = QueryDict(mutable=True)
        for one, value in self.values.items():
            data.setlist(one, value)
        return form.fields[name].widget.value_from_datadict(data, self.files or {}, name)

    def changes(self, form: Any, name: str, opened: Any) -> bool:
        """Whether an entry says something else than the page was opened at."""
        given, entry = form.fields[name], self.of(form, name)
        if isinstance(given, forms.FileField):
            return bool(entry)
        if isinstance(entry, str):
            entry = entry.replace("\r\n", "\n")
        initial = opened
        if not isinstance(given, forms.ModelChoiceField | forms.MultipleChoiceField):
            try:
                initial = given.to_python(opened)
            except ValidationError:
                return True
        return bool(given.has_changed(initial, entry))


def _merge_form(meanwhile: Meanwhile, form: Any, opened: Values, row: Row, at: str = "") -> None:
    """Take over what only others changed in one form, and note what both did."""
    now = form_values(form)
    for name in [*form.fields, STATE]:
        before, stored = opened.get(name, ""), now.get(name, "")
        if before == stored:
            continue
        if name == STATE:
            _tell(meanwhile, form, name, before, stored)
            continue
        given = form.fields[name]
        if given.disabled or not is_entry(form, name):
            continue
        mine = row.of(form, name)
        if not row.changes(form, name, before):
            _tell(meanwhile, form, name, before, stored)
            if not isinstance(given, forms.FileField):
                meanwhile.entries.setlist(f"{at}{name}", as_sent(stored))
        elif row.changes(form, name, stored):
            _tell(meanwhile, form, name, before, stored, mine)
            meanwhile.notes[f"{at}{name}"] = _(
                "Changed by somebody else while you were here: “%(before)s” became “%(now)s”. "
                "Your own entry is kept below; saving puts it in place of theirs."
            ) % {"before": worded(form, name, before), "now": worded(form, name, stored)}


def as_sent(value: Any) -> list[str]:
    """Return a value as a browser sends it."""
    if isinstance(value, list):
        return value
    if value is True:
        return ["on"]
    return [value] if value else []


def _tell(
    meanwhile: Meanwhile, form: Any, name: str, before: Any, now: Any, mine: Any = None
) -> None:
    label = form.fields[name].label if name in form.fields else _("state")
    meanwhile.differences.append(
        Difference(
            type(form.instance),
            form.instance.pk,
            str(form.instance),
            capfirst(str(label)),
            worded(form, name, before),
            worded(form, name, now),
            worded(form, name, plain(mine)) if mine is not None else "",
            mine is not None,
        )
    )


def worded(form: Any, name: str, value: Any) -> str:
    """Return a value of a form in the words that its field shows."""
    if name == STATE:
        return str(dict(State.choices).get(value, value))
    if value is True or value == "on":
        return _("yes")
    if not value:
        return "—"
    given = form.fields[name]
    values: list[Any] = value if isinstance(value, list) else [value]
    if isinstance(given, forms.ModelChoiceField):
        return ", ".join(_named(given, one) for one in values)
    if isinstance(given, forms.ChoiceField):
        known = {str(one): str(label) for one, label in _flat(given.choices)}
        return ", ".join(known.get(one, one) for one in values)
    return ", ".join(str(one) for one in values)


def _named(given: forms.ModelChoiceField[Any], value: str) -> str:
    try:
        return str(given.to_python(value) or value)
    except ValidationError:
        return value


def _flat(choices: Any) -> Iterator[tuple[Any, Any]]:
    for value, label in choices:
        if isinstance(label, list | tuple):
            yield from label
        else:
            yield value, label


# Tables of parts


def _merge_table(meanwhile: Meanwhile, formset: Any, opened: dict[str, Values]) -> bool:
    """Bring the rows of one table in line with what is stored; False where they cannot be read.

    Rows that others added are added, those that they deleted are gone unless something was typed
    in them: then they are new rows.
    """
    entries, prefix = meanwhile.entries, formset.prefix
    number = _number(entries.get(f"{prefix}-TOTAL_FORMS"))
    initial = _number(entries.get(f"{prefix}-INITIAL_FORMS"))
    if number is None or initial is None or number > MOST_ROWS:
        return False
    rows = _rows(entries, prefix, number)
    key = formset.model._meta.pk.name
    mine = {"".join(row.get(key, [])[-1:]): row for row in rows[:initial]}
    new = rows[initial:]
    stored = {str(one.instance.pk): one for one in formset.initial_forms}
    for name in [one for one in entries if re.match(rf"{re.escape(prefix)}-\d+-", one)]:
        del entries[name]
    place = 0
    for pk, form in stored.items():
        if pk in mine:
            _put(entries, prefix, place, mine[pk])
            _merge_form(
                meanwhile, form, opened.get(pk, {}), Row(mine[pk]), f"{prefix}-{place}-"
            )  # fmt: skip
        else:
            values = {name: as_sent(value) for name, value in form_values(form).items()}
            _put(entries, prefix, place, {**values, key: [pk]})
            _told_whole(meanwhile, formset, pk, str(form.instance), _("added"))
        place += 1
    entries[f"{prefix}-INITIAL_FORMS"] = str(place)
    for pk, row in mine.items():
        if pk in stored:
            continue
        gone = formset.empty_form
        before = opened.get(pk, {})
        _told_whole(meanwhile, formset, pk, _row_words(gone, before), _("deleted"))
        typed = any(
            Row(row).changes(gone, name, before.get(name, ""))
            for name in gone.fields
            if is_entry(gone, name)
        )
        if typed and forms.formsets.DELETION_FIELD_NAME not in row:
            new.insert(0, {name: value for name, value in row.items() if name != key})
    for row in new:
        _put(entries, prefix, place, row)
        place += 1
    entries[f"{prefix}-TOTAL_FORMS"] = str(place)
    return True


def _told_whole(meanwhile: Meanwhile, formset: Any, pk: str, what: str, done: str) -> None:
    kind = capfirst(str(formset.model._meta.verbose_name))
    number = _number(pk) or 0
    meanwhile.differences.append(Difference(formset.model, number, what, kind, "", done))


def _row_words(form: Any, values: Values) -> str:
    return ", ".join(
        worded(form, name, value)
        for name, value in values.items()
        if name in form.fields and value is not True
    )


def _number(text: Any) -> int | None:
    return int(text) if re.fullmatch(r"\d{1,18}", str(text)) else None


def _rows(entries: QueryDict, prefix: str, number: int) -> list[dict[str, list[str]]]:
    rows: list[dict[str, list[str]]] = [{} for _one in range(number)]
    for name in entries:
        found = re.fullmatch(rf"{re.escape(prefix)}-(\d+)-(.+)", name)
        if found and int(found[1]) < number:
            rows[int(found[1])][found[2]] = entries.getlist(name)
    return rows


def _put(entries: QueryDict, prefix: str, place: int, row: dict[str, list[str]]) -> None:
    for name, values in row.items():
        if name != STATE:
            entries.setlist(f"{prefix}-{place}-{name}", values)
