"""The form that a list is narrowed with, and the list as a sentence."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from anyascii import anyascii
from django.http import QueryDict
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from prisoners import dates
from prisoners.models import ASKABLE, CountRange, Status
from prisoners.public import words
from prisoners.reading.facets import FACETS, Facet
from prisoners.reading.filters import PrisonerFilter
from prisoners.reading.people import Sort
from prisoners.reading.search import LONGEST

# So many choices of a filter stand open, and so many more can be unfolded; those that list the
# most people. All others are found by a part of their name.
OPEN = 8
FOLDED = 12
# So many are shown of those that were searched for.
SEARCHED = 40
# What may stand in the address of the list beside the filters: the page, and a part of the name
# of choices that are looked for.
PAGE, FIND = "page", "choices"
NOT_FILTERS = {PAGE, FIND}

Context = dict[str, Any]
Counted = dict[str, dict[str, int]]


def filter_form(asked: PrisonerFilter, data: QueryDict, counted: Counted) -> Context:
    """Return the form; ``counted`` says how many each choice would list, and may be empty."""
    chosen = {name: data.getlist(name) for name in asked.filters}
    if asked.is_valid():
        # A day alone asks who was held: the box says so.
        chosen["status"] = [status.value for status in asked.statuses]
    find = data.get(FIND, "")[:LONGEST].strip()
    facets = [
        _facet_field(asked, facet, chosen[facet.name], counted.get(facet.name, {}), find)
        for facet in FACETS
    ]
    fields = [_search_field(asked, data), _status_field(asked, chosen["status"], counted)]
    fields += [one for one in facets if one["choices"] or one["rest_words"]]
    fields += [_day_field(asked, data), _sort_field(asked)]
    narrowed = any(chosen[name] for name in asked.filters if name not in ("q", "sort"))
    return {
        "action": reverse("prisoner-list"),
        "results": "chips results",
        "open": bool(asked.form.errors) or narrowed or bool(find),
        "find": find,
        "is_long": bool(find) or any(one["rest_words"] for one in facets),
        "fields": fields,
    }


def _field(asked: PrisonerFilter, name: str, kind: str, **more: object) -> Context:
    filtered = asked.filters[name]
    return {
        "kind": kind,
        "name": name,
        "id": f"filter-{name}",
        "label": filtered.label,
        "value": "",
        "hint": filtered.extra.get("help_text", ""),
        "error": (asked.form.errors.get(name) or [""])[0],
        **more,
    }


def _search_field(asked: PrisonerFilter, data: QueryDict) -> Context:
    return _field(asked, "q", "search", value=data.get("q", "")[:LONGEST])


def _day_field(asked: PrisonerFilter, data: QueryDict) -> Context:
    return _field(asked, "on", "date", value=data.get("on", "")[:40])


def _sort_field(asked: PrisonerFilter) -> Context:
    order = asked.order if asked.is_valid() else Sort.NAME
    choices = [_choice("sort", sort.value, sort.label, None, [order.value]) for sort in Sort]
    return _field(asked, "sort", "select", choices=choices)


def _status_field(asked: PrisonerFilter, chosen: list[str], counted: Counted) -> Context:
    counts = counted.get("status", {})
    choices = [
        box("status", status.value, status.label, counts.get(status.value), chosen)
        for status in ASKABLE
        if counts.get(status.value, 1) or status.value in chosen
    ]
    return _field(asked, "status", "checkbox", choices=choices)


def _facet_field(
    asked: PrisonerFilter, facet: Facet, chosen: list[str], counts: dict[str, int], find: str
) -> Context:
    """Return the choices that list the most people, and those chosen, which may list nobody.

    With a text to find, those whose name has it; ``rest_words`` says how many there are besides.
    """
    known = sorted(counts, key=lambda value: -counts[value])
    mine = [] if asked.form.errors else chosen
    if find:
        labels = facet.labels({*known, *mine})
        seen = [value for value in known if _has(labels.get(value, ""), find)][:SEARCHED]
        folded: list[str] = []
    else:
        first = OPEN if len(known) > OPEN + 2 else OPEN + 2
        seen, folded = known[:first], known[first : OPEN + FOLDED]
    seen += [value for value in mine if value not in seen]
    folded = [value for value in folded if value not in seen]
    labels = facet.labels({*seen, *folded})
    # In the order in which they are always shown, whoever is the most.
    choices, more = (
        [
            box(facet.name, value, label, counts.get(value), chosen)
            for value, label in labels.items()
            if value in some
        ]
        for some in (set(seen), set(folded))
    )
    rest = len(set(known) - {*seen, *folded})
    folds = ngettext("%(n)s more", "%(n)s more", len(more)) % {"n": len(more)}
    found = ngettext("%(n)s other, found by its name", "%(n)s others, found by name", rest)
    return _field(
        asked, facet.name, "checkbox", choices=choices, more=more, more_words=folds,
        rest_words=found % {"n": rest} if rest else "",
    )  # fmt: skip


def _has(label: str, text: str) -> bool:
    """Return whether a name holds a text, in whatever script and case either is."""
    return text.casefold() in label.casefold() or anyascii(text).lower() in anyascii(label).lower()


def _choice(name: str, value: str, label: object, count: int | None, chosen: list[str]) -> Context:
    return {"value": value, "label": label, "count": count, "checked": value in chosen}


def box(name: str, value: str, label: object, count: int | None, chosen: list[str]) -> Context:
    """Return a choice that is ticked or not, as it stands on the page before its count."""
    # The language is that of what is not translated.
    written_in = getattr(label, "lang", "")
    identity, tick = _box(name, value, str(label), written_in, value in chosen)
    return {"id": identity, "box": tick, "count": count}


@lru_cache(maxsize=16_384)
def _box(
    name: str,
    value: str,
    label: str,
    written_in: str,
    checked: bool,
) -> tuple[SafeString, SafeString]:
    """Return the id of a choice, and it in one piece, as a page has hundreds."""
    identity = format_html("filter-{}-{}", name, value.replace(" ", "_"))
    tick = format_html(
        '<input id="{id}" type="checkbox" name="{name}" value="{value}"{checked}>'
        " <span{lang}>{label}</span>",
        id=identity,
        name=name,
        value=value,
        checked=SafeString(" checked") if checked else "",
        lang=format_html(' lang="{}"', written_in) if written_in else "",
        label=label,
    )
    return identity, tick


# What the sentence begins with; without a gender it is "People".
SUBJECTS: dict[str, Any] = {
    "female": _("Women"),
    "male": _("Men"),
    "other": _("People of another gender"),
    "not_stated": _("People whose gender is not stated"),
}
# Each filter as a part of the sentence.
PHRASES: dict[str, Any] = {
    "q": _("named like “%(value)s”"),
    "country": _("detained by %(value)s"),
    "arrested": _("arrested in %(value)s"),
    "released": _("released in %(value)s"),
    "charge": _("charged under %(value)s"),
    "facility": _("held at %(value)s"),
    "occupation": _("occupation: %(value)s"),
    "recognised_by": _("recognised by %(value)s"),
    "release": _("freed in “%(value)s”"),
    "released_to": _("released to %(value)s"),
    "confirmed": _("confirmed as held: %(value)s"),
    "on": _("on %(value)s"),
}
STATUSES: dict[str, Any] = {
    Status.HELD: _("held"),
    Status.RELEASED: _("freed"),
    Status.DIED: _("died in custody"),
    Status.UNKNOWN: _("whose status is unknown"),
}
# What the sentence begins with, and ends with.
FIRST, LAST = ("gender",), ("status", "on")


def sentence(asked: PrisonerFilter, data: QueryDict, counted: CountRange) -> Context:
    """Say what is listed, each filter removable: women, arrested in 2021, held: 41–43 people."""
    named = [name for name in asked.filters if name not in {*FIRST, *LAST, "sort"}]
    chips = [
        {**_phrase(asked, name, value), "remove_url": _without(data, name, value)}
        for name in (*FIRST, *named, *LAST)
        for value in dict.fromkeys(data.getlist(name))
        if value
    ]
    if asked.form.cleaned_data.get("on") and not asked.form.cleaned_data.get("status"):
        held = {"value": STATUSES[Status.HELD], "remove_url": _without(data, "on", str(data["on"]))}
        chips.insert(len(chips) - 1, held)
    if chips and not asked.form.cleaned_data.get("gender"):
        chips.insert(0, {"value": gettext("People"), "remove_url": ""})
    return {
        "count": ngettext("%(count)s person", "%(count)s people", counted.possible)
        % {"count": words.count(counted)},
        "chips": chips,
        "clear_url": reverse("prisoner-list") if chips else "",
        "link": _address(_asked(data, but=NOT_FILTERS)) if chips else "",
    }


def _phrase(asked: PrisonerFilter, name: str, value: str) -> Context:
    """Return one filter as a part of the sentence, the words around what was chosen apart from it.

    What was chosen may be in another language than they are.
    """
    if name == "status":
        return {"value": str(STATUSES[Status(value)])}
    if name == "gender":
        return {"value": str(SUBJECTS[value])}
    chosen: Any = value[:LONGEST]
    if name == "on":
        chosen = dates.day_label(asked.day)
    elif name != "q":
        facet = next(facet for facet in FACETS if facet.name == name)
        chosen = facet.labels([value]).get(value, chosen)
    before, _value, after = str(PHRASES[name]).partition("%(value)s")
    return {"before": before, "value": chosen, "after": after}


def _asked(data: QueryDict, *, but: Collection[str]) -> dict[str, list[str]]:
    """Return what an address asks, some of it left out."""
    return {name: values for name, values in data.lists() if name not in but}


def _without(data: QueryDict, name: str, value: str) -> str:
    """Return the address of the list without one value of one filter."""
    rest = _asked(data, but={PAGE})
    rest[name] = [one for one in data.getlist(name) if one != value]
    return _address(rest)


def _address(asked: Mapping[str, Sequence[str]]) -> str:
    query = urlencode([(name, one) for name, values in asked.items() for one in values if one])
    return f"{reverse('prisoner-list')}?{query}" if query else reverse("prisoner-list")
