"""In what state a record is, what publishing it would show, and what stands in the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from prisoners.desk import revisions, workflow
from prisoners.models import TARGET_NAMES, Citation, Disclosure, Record, Revision, State
from prisoners.models.fields import IntervalField
from prisoners.reading.gaps import Gap, parts, stated_facts, uncited
from prisoners.reading.owners import owner_of


@dataclass(frozen=True, slots=True)
class Missing:
    """Something to be done before a record can be published: what, and where it is done."""

    text: str
    link: str
    url: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What a researcher must know of a record before touching it."""

    state: str
    line: str
    is_public: bool
    new: str
    uncited: list[Missing]
    blocked: list[Missing]
    owner: Record | None
    owner_url: str
    cite_url: str


def page_of(record: Record) -> str:
    """Return the address of a record's page at the desk."""
    return reverse(f"admin:prisoners_{record._meta.model_name}_change", args=[record.pk])


def cite_page(gap: Gap) -> str:
    """Return the address of the form that cites a source for one fact."""
    target = TARGET_NAMES[type(gap.record)]
    query = f"{target}={gap.record.pk}&field={gap.field}"
    return f"{reverse('admin:prisoners_citation_add')}?{query}"


def missing(revision: Revision) -> list[Missing]:
    """Return the facts of a proposal that lack a source of their own, each with where it goes."""
    return [
        Missing(
            _("%(kind)s “%(record)s”: %(fact)s")
            % {
                "kind": capfirst(str(one.record._meta.verbose_name)),
                "record": one.record,
                "fact": one.label,
            },
            capfirst(_("cite a source")),
            cite_page(one),
        )
        for one in revisions.lacking(revision)
    ]


def described(gap: Gap) -> str:
    """Name a fact with its record and its value: ``detention Test Person, 2021: began 2021-07``."""
    return _("%(kind)s “%(record)s”: %(fact)s “%(value)s”") % {
        "kind": capfirst(gap.record._meta.verbose_name),
        "record": gap.record,
        "fact": gap.label,
        "value": shown(gap.record, gap.field),
    }


def shown(record: Record, field: str, longest: int | None = 60) -> str:
    """Return the value of a field in words, shortened; whole where there is no ``longest``."""
    model_field: Any = record._meta.get_field(field)
    value = getattr(record, field)
    if isinstance(model_field, IntervalField):
        words = value.label() if value else ""
    elif getattr(model_field, "countries", None):
        words = ", ".join(one.name for one in (value if model_field.multiple else [value]))
    elif model_field.choices:
        words = getattr(record, f"get_{field}_display")()
    elif isinstance(value, bool):
        words = _("yes") if value else _("no")
    else:
        words = str(value)
    return words if longest is None or len(words) <= longest else f"{words[: longest - 1]}…"


def facts(record: Record) -> Iterator[Gap]:
    """Yield every stated fact of a record and of its parts, cited or not."""
    yield from (Gap(record, field) for field in stated_facts(record))
    for part in parts(record):
        yield from facts(part)


def standing(record: Record, *, is_public: bool, proposes: bool = False) -> Standing:
    """Find out all of it.

    ``is_public`` is whether visitors see it now, with all it hangs on; ``proposes``, whether
    whoever looks at it changes it by proposing.
    """
    unpublished = [
        one
        for one in workflow.with_parts(record)
        if one is not record and one.state in workflow.UNPUBLISHED
    ]
    owner = owner_of(record)
    can_cite = type(record) in TARGET_NAMES
    page = f"admin:prisoners_{record._meta.model_name}_cite"
    return Standing(
        state=str(State(record.state).label),
        line=_line(record, unpublished, is_public, proposes),
        is_public=is_public,
        new=_counted(unpublished) if record.state == State.PUBLISHED else "",
        uncited=[
            Missing(described(gap), _("cite a source"), cite_page(gap)) for gap in uncited(record)
        ]
        if can_cite
        else [],
        blocked=list(_blocked(record, unpublished)),
        owner=owner,
        owner_url=page_of(owner) if owner else "",
        cite_url=reverse(page, args=[record.pk]) if can_cite else "",
    )


def _line(record: Record, unpublished: list[Record], is_public: bool, proposes: bool) -> str:
    if record.disclosure == Disclosure.WITHHELD:
        if record.state == State.PUBLISHED:
            return _("Published and withheld: it is counted, and shown nowhere.")
        return _("Withheld: when it is published it will be counted, and shown nowhere.")
    if record.state == State.PUBLISHED:
        if is_public and proposes:
            return _(
                "Published: what you change here is proposed, and public once somebody else has "
                "accepted it. What you add is a draft."
            )
        if is_public:
            return _("Published: what you change here is public as soon as you save it.")
        return _("Published, but visitors do not see it: something that it hangs on is not public.")
    if record.state == State.WITHDRAWN:
        return _("Withdrawn: visitors do not see it. Publishing shows it again.")
    whole = _counted([record, *unpublished])
    return _("Nobody outside the desk sees this. Publishing makes public: %(what)s.") % {
        "what": whole
    }


def _counted(records: list[Record]) -> str:
    """Return ``1 prisoner, 2 names, 4 citations``; empty where there are none."""
    kinds = Counter(type(one) for one in records if one.disclosure == Disclosure.PUBLIC)
    words = [
        f"{number} {kind._meta.verbose_name if number == 1 else kind._meta.verbose_name_plural}"
        for kind, number in kinds.items()
    ]
    if hidden := sum(one.disclosure == Disclosure.WITHHELD for one in records):
        words.append(
            ngettext("%(number)s that is withheld", "%(number)s that are withheld", hidden)
            % {"number": hidden}
        )
    return ", ".join(words)


def _blocked(record: Record, unpublished: list[Record]) -> Iterator[Missing]:
    """Yield what has to be published first. The workflow refuses for the same reasons."""
    whole = {(type(one), one.pk): one for one in [record, *unpublished]}
    seen = set()
    for one in whole.values():
        for name in one.public_through:
            other: Record | None = getattr(one, name)
            if other is None or other.is_public or (type(other), other.pk) in whole:
                continue
            if isinstance(one, Citation) and other.state == State.PUBLISHED:
                continue
            if (type(other), other.pk) not in seen:
                seen.add((type(other), other.pk))
                text = _("%(kind)s “%(record)s” is not public yet.") % {
                    "kind": capfirst(other._meta.verbose_name),
                    "record": other,
                }
                yield Missing(text, _("open it"), page_of(other))
