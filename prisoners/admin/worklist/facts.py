"""Facts and figures: without a source, in dispute, incomplete."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from prisoners.admin.standing import cite_page, page_of
from prisoners.admin.standing import described as fact_described
from prisoners.admin.worklist.item import Asking, Item, Line
from prisoners.admin.worklist.saying import loaded, named, number, within
from prisoners.models import Citation, Figure, Record, Release
from prisoners.reading.figures import Comparison, conflicts
from prisoners.reading.gaps import Gap
from prisoners.reading.owners import root_of
from prisoners.reading.releases import unnamed
from prisoners.reading.worklist.facts import Fact, against, disputed, uncited
from prisoners.reading.worklist.listed import LIVING, Place, Rows

# The tables of a page at the desk, to which a link leads past all that stands above them.
CITATIONS: Final = "#citations-group"


class Uncited(Item):
    name = "uncited"
    by_person = True

    def title(self) -> str:
        return _("Facts without a source")

    def todo(self) -> str:
        return _("Cite a source for each; those that visitors see already come first.")

    def nothing(self) -> str:
        return _("Every fact rests on a source.")

    def rows(self, asking: Asking) -> Rows:
        return uncited(asking.user)

    def lines(self, rows: Sequence[Fact], asking: Asking) -> list[Line]:
        records = loaded(one.place for one in rows)
        return [
            fact_line(Gap(records[one.place], one.field), asking, one.is_published)
            for one in rows
            if one.place in records
        ]


def fact_line(gap: Gap, asking: Asking, is_public: bool) -> Line:
    """Lead to the form that cites for a fact; who writes nothing, to the page that it is on."""
    root = root_of(gap.record)
    return Line(
        text=fact_described(gap),
        url=cite_page(gap) if asking.writes else page_of(root),
        details=[] if root is gap.record else [str(root)],
        is_public=is_public,
    )


class Disputed(Item):
    name = "disputed"

    def title(self) -> str:
        return _("Facts on which sources contradict each other")

    def todo(self) -> str:
        return _("Weigh the sources, and look whether one of them was corrected since.")

    def nothing(self) -> str:
        return _("No source contradicts what is recorded.")

    def rows(self, asking: Asking) -> Rows:
        return disputed()

    def lines(self, rows: Sequence[Any], asking: Asking) -> list[Line]:
        facts = [(Place(kind, number), name) for kind, number, name, _published in rows]
        records = loaded(place for place, _name in facts)
        said = against(facts)
        return [
            self._line(records[place], name, said[place, name], row[-1])
            for (place, name), row in zip(facts, rows, strict=True)
            if place in records
        ]

    @staticmethod
    def _line(record: Record, name: str, said: list[Citation], is_public: bool) -> Line:
        return Line(
            text=fact_described(Gap(record, name)) if name else named(record),
            url=page_of(record) + CITATIONS,
            details=[
                *within(record),
                *(
                    _("%(source)s says: %(value)s") % {"source": one, "value": one.value}
                    for one in said
                ),
            ],
            is_public=is_public,
        )


class Unnamed(Item):
    name = "unnamed"

    def title(self) -> str:
        return _("Releases with people still unnamed")

    def todo(self) -> str:
        return _("More people were announced than are named here: find out who they are.")

    def nothing(self) -> str:
        return _("In every release whose number was announced, everybody is named.")

    def rows(self, asking: Asking) -> Rows:
        return unnamed(Release.objects.filter(state__in=LIVING))

    def lines(self, rows: Sequence[Release], asking: Asking) -> list[Line]:
        return [self._line(release, asking) for release in rows]

    @staticmethod
    def _line(release: Any, asking: Asking) -> Line:
        missing = release.headcount - release.named
        text = _("%(release)s: %(unnamed)s of %(announced)s people unnamed") % {
            "release": release,
            "unnamed": number(missing),
            "announced": number(release.headcount),
        }
        details = [release.happened.label()] if release.happened else []
        if waiting := release.entered - release.named:
            words = ngettext(
                "%(number)s more is entered and not public",
                "%(number)s more are entered and not public",
                waiting,
            )
            details.append(words % {"number": number(waiting)})
        add = f"{reverse('admin:prisoners_releaseoutcome_add')}?release={release.pk}"
        links = [(_("Add a person who was freed"), add)] if asking.writes else []
        return Line(text, page_of(release), details, links, release.is_public)


class Conflicting(Item):
    name = "conflicting-figures"

    def title(self) -> str:
        return _("Figures that cannot both hold")

    def todo(self) -> str:
        return _("Check both against their sources: number, bound, day and what is counted.")

    def nothing(self) -> str:
        return _("No two reported figures exclude each other.")

    def rows(self, asking: Asking) -> Rows:
        return conflicts(
            Figure.objects.filter(state__in=LIVING).select_related("stated_by", "release")
        )

    def lines(self, rows: Sequence[Comparison], asking: Asking) -> list[Line]:
        return [self._line(one) for one in rows]

    @staticmethod
    def _line(one: Comparison) -> Line:
        text = _("“%(first)s” and “%(second)s” cannot both hold") % {
            "first": one.first,
            "second": one.second,
        }
        details = [str(one.first.country.name)]
        if one.first.release and one.first.release == one.second.release:
            details.append(str(one.first.release))
        if one.released is not None:
            details.append(_("%(number)s released in between") % {"number": number(one.released)})
        other = _("The other one: %(figure)s") % {"figure": figure_label(one.second)}
        return Line(
            text,
            page_of(one.first),
            [*details, figure_label(one.first)],
            [(other, page_of(one.second))],
            one.first.is_public and one.second.is_public,
        )


def figure_label(figure: Figure) -> str:
    """Return a figure with who says it, as of when and on which side of a release."""
    known = [
        str(figure),
        str(figure.stated_by or ""),
        figure.as_of.label() if figure.as_of else "",
        str(figure.get_relation_display()),
    ]
    return ", ".join(one for one in known if one)
