"""What the desk opens on: what needs doing, how much of it there is, and where it is done.

Each item asks its question in ``prisoners.reading``, and says here in words what the answer is
and which page mends it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar, Final, cast

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import ForeignKey
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from prisoners import dates
from prisoners.admin.base import described
from prisoners.admin.duplicates import compare_page, proposal_page
from prisoners.admin.standing import cite_page, page_of
from prisoners.admin.standing import described as fact_described
from prisoners.adminsite import DeskSite
from prisoners.models import (
    HOLDING_BACK,
    TARGETS,
    TRANSLATED,
    Citation,
    Consent,
    Detention,
    DisclosureRule,
    Figure,
    Record,
    Release,
    Source,
    Translation,
)
from prisoners.models.accounts import READ, RESTRICTED, WRITE, may
from prisoners.models.duplicates import DuplicateCandidate, MergeProposal
from prisoners.models.workflow import Revision
from prisoners.reading.duplicates import Mark
from prisoners.reading.facets import RECENT
from prisoners.reading.figures import Comparison, conflicts
from prisoners.reading.gaps import Gap
from prisoners.reading.owners import root_of
from prisoners.reading.releases import unnamed
from prisoners.reading.review import proposed
from prisoners.reading.worklist.facts import Fact, against, disputed, uncited
from prisoners.reading.worklist.imports import with_refused_rows
from prisoners.reading.worklist.listed import KINDS, LIVING, MOST, Count, Place, Rows, chain, count
from prisoners.reading.worklist.records import (
    CONSENT,
    RULE,
    due_disclosures,
    in_review,
    unarchived,
    unconfirmed,
)

PAGE_SIZE: Final = 50
MINE: Final = "mine"
# The tables of a page at the desk, to which a link leads past all that stands above them.
CITATIONS: Final = "#citations-group"


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks what is to be done, and when: ``user`` is a number where only theirs is asked."""

    today: date
    writes: bool
    user: int | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to be done: in words, where it is done, what else is known, further pages."""

    text: str
    url: str
    details: list[str] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)
    is_public: bool = False


class Item:
    """One kind of thing to be done; ``name`` is the last part of its page's address.

    ``permission`` is what somebody needs to be shown it, ``by_person`` whether it can be asked
    what of it is one's own.
    """

    name: ClassVar[str]
    permission: ClassVar[str] = READ
    by_person: ClassVar[bool] = False

    def title(self) -> str:
        """Return what the count is of."""
        raise NotImplementedError

    def todo(self) -> str:
        """Return what is to be done, in a sentence."""
        raise NotImplementedError

    def nothing(self) -> str:
        """Return the sentence that stands where there is nothing to be done."""
        raise NotImplementedError

    def rows(self, asking: Asking) -> Rows:
        """Return what is to be done, the most urgent first."""
        raise NotImplementedError

    def lines(self, rows: Sequence[Any], asking: Asking) -> list[Line]:
        """Say some of the rows in words."""
        raise NotImplementedError


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


class InReview(Item):
    name = "in-review"
    by_person = True

    def title(self) -> str:
        return _("Records waiting for review")

    def todo(self) -> str:
        return _("Read each beside its sources, and publish it or say what it lacks.")

    def nothing(self) -> str:
        return _("No record waits for review.")

    def rows(self, asking: Asking) -> Rows:
        return in_review(asking.user)

    def lines(self, rows: Sequence[Any], asking: Asking) -> list[Line]:
        records = loaded(Place(kind, number) for kind, number, _since in rows)
        return [
            Line(
                text=named(record),
                url=page_of(record),
                details=[
                    *within(record),
                    _("unchanged since %(day)s") % {"day": day_label(since)},
                ],
            )
            for kind, number, since in rows
            if (record := records.get(Place(kind, number)))
        ]


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


class Unconfirmed(Item):
    name = "unconfirmed"
    by_person = True

    def title(self) -> str:
        return _("People not confirmed as held for %(days)s days") % {"days": RECENT.days}

    def todo(self) -> str:
        return _(
            "Find out whether they are still held, and enter the day; the longest silence first."
        )

    def nothing(self) -> str:
        return _("Everybody said to be held was confirmed in the last %(days)s days.") % {
            "days": RECENT.days
        }

    def rows(self, asking: Asking) -> Rows:
        return unconfirmed(asking.today, asking.user).prefetch_related(*described(Detention))

    def lines(self, rows: Sequence[Detention], asking: Asking) -> list[Line]:
        return [
            Line(
                text=str(one.prisoner),
                url=f"{page_of(one)}#id_last_confirmed",
                details=[
                    _("last confirmed %(date)s") % {"date": one.last_confirmed.label()}
                    if one.last_confirmed
                    else _("never confirmed"),
                    _("held since %(date)s") % {"date": one.began.label()}
                    if one.began
                    else _("held since an unknown day"),
                    str(one.country.name),
                ],
                is_public=one.is_public and one.prisoner.is_public,
            )
            for one in rows
        ]


class DueDisclosures(Item):
    name = "disclosures"
    permission = RESTRICTED

    def title(self) -> str:
        return _("Disclosures due for another look")

    def todo(self) -> str:
        return _(
            "The day to look again has come: decide whether each is still to be kept back. Where a "
            "consent ends soon, ask for another one."
        )

    def nothing(self) -> str:
        return _("No disclosure is due for another look.")

    def rows(self, asking: Asking) -> Rows:
        return due_disclosures(asking.today)

    def lines(self, rows: Sequence[Any], asking: Asking) -> list[Line]:
        numbers: dict[int, list[int]] = defaultdict(list)
        for kind, number, _day in rows:
            numbers[kind].append(number)
        others: dict[int, dict[int, Any]] = {
            RULE: _rules(numbers.get(RULE, [])),
            CONSENT: _consents(numbers.get(CONSENT, [])),
        }
        records = loaded(Place(kind, number) for kind, number, _day in rows if kind not in others)
        say: dict[int, Callable[[Any, date], Line]] = {
            RULE: self._of_rule,
            CONSENT: self._of_consent,
        }
        found = []
        for kind, number, day in rows:
            if kind in others:
                if (other := others[kind].get(number)) is not None:
                    found.append(say[kind](other, day))
            elif record := records.get(Place(kind, number)):
                found.append(self._of_record(record, day))
        return found

    @staticmethod
    def _of_record(record: Any, day: date) -> Line:
        return Line(
            text=named(record),
            url=f"{page_of(record)}#id_disclosure",
            details=[
                *within(record),
                str(record.get_disclosure_display()),
                _("due since %(day)s") % {"day": dates.day_label(day)},
            ],
            is_public=record.is_public,
        )

    @staticmethod
    def _of_rule(rule: DisclosureRule, day: date) -> Line:
        record = rule.target
        fact = record._meta.get_field(rule.field).verbose_name
        person = root_of(record)
        return Line(
            text=named(record),
            url=reverse("admin:prisoners_prisoner_shown", args=[person.pk]),
            details=[
                *within(record),
                _("%(fact)s: visitors see %(how)s") % {"fact": fact, "how": rule.get_how_display()},
                _("due since %(day)s") % {"day": dates.day_label(day)},
            ],
            is_public=record.is_public,
        )

    @staticmethod
    def _of_consent(consent: Consent, day: date) -> Line:
        return Line(
            text=str(consent.prisoner),
            url=reverse("admin:prisoners_consent_change", args=[consent.pk]),
            details=[
                _("consent by %(name)s") % {"name": consent.given_by},
                _("ends on %(day)s") % {"day": dates.day_label(day)},
            ],
            is_public=consent.prisoner.is_public,
        )


class Unarchived(Item):
    name = "unarchived"
    by_person = True

    def title(self) -> str:
        return _("Sources without an archived copy")

    def todo(self) -> str:
        return _("Archive the page while it is there, and enter the address of the copy.")

    def nothing(self) -> str:
        return _("Every source with an address has an archived copy.")

    def rows(self, asking: Asking) -> Rows:
        return unarchived(asking.user)

    def lines(self, rows: Sequence[Source], asking: Asking) -> list[Line]:
        return [
            Line(
                text=str(one),
                url=f"{page_of(one)}#id_archived",
                details=[
                    *([one.publisher] if one.publisher else []),
                    *([one.published.label()] if one.published else []),
                    one.address,
                ],
                is_public=one.is_public,
            )
            for one in rows
        ]


class Proposed(Item):
    name = "proposed"
    by_person = True

    def title(self) -> str:
        return _("Proposed changes waiting for a decision")

    def todo(self) -> str:
        return _("Read what changes beside its sources, and accept or refuse it.")

    def nothing(self) -> str:
        return _("No proposed change waits for a decision.")

    def rows(self, asking: Asking) -> Rows:
        return proposed() if asking.user is None else proposed(by=asking.user)

    def lines(self, rows: Sequence[Revision], asking: Asking) -> list[Line]:
        kinds = {str(model._meta.model_name): at for at, model in enumerate(KINDS)}
        records = loaded(Place(kinds[one.kind], one.record) for one in rows)
        return [
            Line(
                text=named(record),
                url=reverse("admin:prisoners_revision_change", args=[one.pk]),
                details=[
                    _("proposed by %(who)s, %(day)s") % {"who": one.by, "day": day_label(one.at)},
                    *([one.reason] if one.reason else []),
                ],
                is_public=record.is_public,
            )
            for one in rows
            if (record := records.get(Place(kinds[one.kind], one.record)))
        ]


class Duplicates(Item):
    name = "duplicates"

    def title(self) -> str:
        return _("Possible duplicates")

    def todo(self) -> str:
        return _("Look at the two side by side, and say whether they are one person.")

    def nothing(self) -> str:
        return _("No two records look as if they were of one person.")

    def rows(self, asking: Asking) -> Rows:
        return DuplicateCandidate.objects.select_related("first", "second").order_by("-score", "id")

    def lines(self, rows: Sequence[DuplicateCandidate], asking: Asking) -> list[Line]:
        return [
            Line(
                text=f"{one.first_spelling} / {one.second_spelling}",
                url=compare_page(one.first_id, one.second_id),
                details=[
                    _("alike by %(score)s per cent") % {"score": one.score},
                    *(str(Mark(mark).label) for mark in one.marks.split(",") if mark in Mark),
                ],
                is_public=one.first.is_public and one.second.is_public,
            )
            for one in rows
        ]


class ProposedMerges(Item):
    name = "proposed-merges"
    by_person = True

    def title(self) -> str:
        return _("Proposed merges waiting for a decision")

    def todo(self) -> str:
        return _("Read the comparison beside its sources, and accept the merge or refuse it.")

    def nothing(self) -> str:
        return _("No proposed merge waits for a decision.")

    def rows(self, asking: Asking) -> Rows:
        found = MergeProposal.objects.waiting().select_related("by").order_by("at", "pk")
        return found if asking.user is None else found.filter(by=asking.user)

    def lines(self, rows: Sequence[MergeProposal], asking: Asking) -> list[Line]:
        return [
            Line(
                text=str(one),
                url=proposal_page(one),
                details=[
                    _("proposed by %(who)s, %(day)s") % {"who": one.by, "day": day_label(one.at)},
                    one.reason,
                ],
                # Nobody needs a second person for what visitors would not notice.
                is_public=True,
            )
            for one in rows
        ]


class RefusedRows(Item):
    name = "refused-rows"
    by_person = True

    def title(self) -> str:
        return _("Imports with refused rows")

    def todo(self) -> str:
        return _("Read why each row was refused, mend it in the list, and import it again.")

    def nothing(self) -> str:
        return _("No row of an import was refused.")

    def rows(self, asking: Asking) -> Rows:
        return with_refused_rows(asking.user)

    def lines(self, rows: Sequence[Any], asking: Asking) -> list[Line]:
        return [self._line(one) for one in rows]

    @staticmethod
    def _line(one: Any) -> Line:
        refused = ngettext("%(number)s row refused", "%(number)s rows refused", one.refused)
        return Line(
            text=str(one),
            url=f"{reverse('admin:prisoners_import_change', args=[one.pk])}?outcome=refused",
            details=[
                refused % {"number": number(one.refused)},
                str(one.get_stage_display()),
                day_label(one.made_at),
            ],
        )


# In the order in which they stand on the desk.
ITEMS: Final[tuple[Item, ...]] = (
    Uncited(),
    InReview(),
    Proposed(),
    ProposedMerges(),
    Unnamed(),
    Conflicting(),
    Disputed(),
    Unconfirmed(),
    DueDisclosures(),
    Duplicates(),
    RefusedRows(),
    Unarchived(),
)


# Saying records in words ------------------------------------------------------------------


def loaded(places: Iterable[Place]) -> dict[Place, Record]:
    """Load records of any kinds, each kind at once, with all that they are named by."""
    numbers: dict[int, set[int]] = defaultdict(set)
    for kind, number in places:
        numbers[kind].add(number)
    found: dict[Place, Record] = {}
    for kind, some in sorted(numbers.items()):
        model = Place(kind, 0).model
        rows = model._default_manager.prefetch_related(*needed(model)).in_bulk(some)
        found |= {Place(kind, number): record for number, record in rows.items()}
    return found


def _rules(numbers: list[int]) -> dict[int, Any]:
    """Load facts held back, with all that the records are named by."""
    paths = [
        path
        for name, model in HOLDING_BACK.items()
        for path in (name, *needed(model, f"{name}__"))  # type: ignore[arg-type]  # all of them are records
    ]
    return DisclosureRule.objects.prefetch_related(*paths).in_bulk(numbers) if numbers else {}


def _consents(numbers: list[int]) -> dict[int, Any]:
    consents = Consent.objects.select_related("prisoner").prefetch_related("prisoner__names")
    return consents.in_bulk(numbers) if numbers else {}


def needed(model: type[Record], prefix: str = "") -> list[str]:
    """Return what to load with a record to name it, its facts, and what it is a part of."""
    paths = described(model, prefix)
    for name in model.facts:
        if isinstance(model._meta.get_field(name), ForeignKey):
            paths.append(f"{prefix}{name}")
    for way, owner in chain(model)[1:]:
        paths += [f"{prefix}{way}", *described(owner, f"{prefix}{way}__")]
    targets = {Citation: TARGETS, Translation: TRANSLATED}.get(cast(Any, model), {})
    for name, target in targets.items():
        paths += [name, *needed(target, f"{name}__")]
    return paths


def named(record: Record) -> str:
    """Return the kind of a record and its words: ``Charge “Criminal Code, article 130”``."""
    return _("%(kind)s “%(record)s”") % {
        "kind": capfirst(record._meta.verbose_name),
        "record": record,
    }


def within(record: Record) -> list[str]:
    """Return the record on whose page another one stands; none where it has a page of its own."""
    root = root_of(record)
    return [] if root is record else [str(root)]


def number(value: int) -> str:
    return number_format(value, force_grouping=True)


def day_label(moment: Any) -> str:
    """Return the day of a moment in words."""
    return dates.day_label(timezone.localdate(moment))


def count_label(found: Count) -> str:
    """Return how many there are, in words where they are counted no further."""
    if found.is_more:
        return _("more than %(number)s") % {"number": number(found.number)}
    return number(found.number)


# Pages ------------------------------------------------------------------------------------


def asked(request: HttpRequest, *, mine: bool = False) -> Asking:
    """Return who asks, and decide which day it is."""
    user = cast(int, request.user.pk) if mine else None
    return Asking(timezone.localdate(), may(request.user, WRITE), user)


def items_for(request: HttpRequest) -> list[Item]:
    """Return the items that somebody may be shown."""
    return [item for item in ITEMS if may(request.user, item.permission)]


def opening(request: HttpRequest) -> dict[str, Any]:
    """Return what the desk's first page begins with: what is to be done, and what is not."""
    asking = asked(request)
    work, done = [], []
    for item in items_for(request):
        found = count(item.rows(asking))
        if found:
            work.append(
                {
                    "title": item.title(),
                    "todo": item.todo(),
                    "count": number(found.number),
                    "is_more": found.is_more,
                    "count_label": count_label(found),
                    "url": reverse("admin:work", args=[item.name]),
                }
            )
        else:
            done.append(item.nothing())
    return {"work": work, "done": done}


def page(request: HttpRequest, name: str) -> HttpResponse:
    """Show what is to be done of one kind, each with the page on which it is done."""
    item = next((one for one in ITEMS if one.name == name), None)
    if item is None:
        raise Http404
    if not may(request.user, item.permission):
        raise PermissionDenied
    mine = item.by_person and request.GET.get("whose") == MINE
    asking = asked(request, mine=mine)
    rows = item.rows(asking)
    is_cut = isinstance(rows, list) and len(rows) > MOST
    shown = Paginator(rows[:MOST] if is_cut else rows, PAGE_SIZE).get_page(request.GET.get("page"))
    total = shown.paginator.count
    found = ngettext("%(number)s to be done", "%(number)s to be done", total)
    context = {
        **admin.site.each_context(request),
        "title": item.title(),
        "todo": item.todo(),
        "nothing": item.nothing(),
        "found": found % {"number": count_label(Count(total, is_cut))},
        "is_cut": is_cut,
        "lines": item.lines(list(shown), asking),
        "by_person": item.by_person,
        "mine": mine,
        "page_obj": shown,
        "pages": list(shown.paginator.get_elided_page_range(shown.number)),
    }
    return TemplateResponse(request, "admin/prisoners/work.html", context)


cast(DeskSite, admin.site).open_with(opening, page)
