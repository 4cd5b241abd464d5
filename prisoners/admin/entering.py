"""Entering all people whom one text names: what they share once, then a row for each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from babel import Locale, UnknownLocaleError
from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, transaction
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from prisoners.admin.base import refusal
from prisoners.admin.duplicates import compare_page
from prisoners.admin.fields import ID, CountryChoice, IntervalWidget, RecordChoice, country_names
from prisoners.admin.operations import may_undo, operation_page
from prisoners.adminsite import misunderstood
from prisoners.dates import DateTextError
from prisoners.desk import workflow
from prisoners.desk.entering import (
    MOST,
    Resembling,
    Told,
    broken,
    enter_people,
    no_room,
    resembling,
)
from prisoners.desk.importing.values import script_of
from prisoners.desk.languages import guessed_language
from prisoners.models import (
    Citation,
    Detention,
    Operation,
    OperationKind,
    Prisoner,
    PrisonerName,
    ReleaseOutcome,
    Source,
    State,
)
from prisoners.models.accounts import READ, WRITE, may
from prisoners.models.duplicates import DuplicateCandidate
from prisoners.models.fields import IntervalFormField

ROWS: Final = 10
HELD: Final = "held"
NEW: Final = "new"
OUT: Final = "out"
# What is decided of a row, and not typed into it.
DECIDED: Final = ("choice", "asked")
# The cells of a row, in the order in which a spreadsheet's columns are pasted.
CELLS: Final = (
    "name",
    "own_name",
    "began",
    "fate",
    "day",
    "locator",
    "gender",
    "birth",
    "occupation",
    "note",
)
# In which cell something is said of a fact of ``Told``.
CELL_OF: Final = {"ended": "day", "confirmed": "day"}
FATES: Final = [
    ("", "—"),
    (HELD, gettext_lazy("held on")),
    *Detention.EndKind.choices,
]


def _choice(model: Any, name: str, label: Any, **kwargs: Any) -> Any:
    relation: Any = model._meta.get_field(name)
    records = relation.remote_field.model.objects.all()
    widget = RecordChoice(relation, admin.site)
    return forms.ModelChoiceField(records, label=label, widget=widget, **kwargs)


class CellDate(IntervalFormField):
    """A date in a cell, in which there is no room to say all that could be written."""

    def to_python(self, value: object) -> Any:
        try:
            return super().to_python(value)
        except ValidationError as error:
            if isinstance(error.__cause__, DateTextError):
                raise ValidationError(misunderstood(error.__cause__), error.code) from error
            raise


def _date(label: Any) -> Any:
    return CellDate(required=False, label=label, widget=IntervalWidget)


def _text(model: Any, name: str, label: Any, **kwargs: Any) -> Any:
    longest = model._meta.get_field(name).max_length
    widget = forms.TextInput(attrs={"autocomplete": "off"})
    return forms.CharField(label=label, max_length=longest, widget=widget, **kwargs)


class TextForm(forms.Form):
    """The text, and what it says of all people alike."""

    source = _choice(Citation, "source", gettext_lazy("Source"))
    locator = _text(
        Citation,
        "locator",
        gettext_lazy("Where in the source"),
        required=False,
        help_text=gettext_lazy("For each row that does not say it: ¶4, p. 12, 03:15."),
    )
    country = forms.ChoiceField(
        label=gettext_lazy("Country that holds them"),
        choices=lambda: [("", ""), *country_names("")],
        widget=CountryChoice,
    )
    began = _date(gettext_lazy("All were arrested"))
    fate = forms.ChoiceField(
        label=gettext_lazy("What became of all"), choices=FATES, required=False
    )
    day = _date(gettext_lazy("When, for all"))
    release = _choice(ReleaseOutcome, "release", gettext_lazy("By which release"), required=False)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        fate, release, day = values.get("fate"), values.get("release"), values.get("day")
        if release and fate in ("", HELD, Detention.EndKind.DIED):
            self.add_error("fate", _("Say how they were freed."))
        elif release and not day and "day" not in self.errors:
            values["day"] = release.happened
        if fate == HELD and not day and "day" not in self.errors:
            self.add_error("day", _("Say on which day they were held."))
        return values


class PersonForm(forms.Form):
    """One person of the text: a row."""

    name = _text(PrisonerName, "text", gettext_lazy("Name as the source writes it"))
    own_name = _text(PrisonerName, "text", gettext_lazy("In own spelling"), required=False)
    began = _date(gettext_lazy("Arrested"))
    fate = forms.ChoiceField(
        label=gettext_lazy("What became of them"), choices=FATES, required=False
    )
    day = _date(gettext_lazy("When"))
    locator = _text(Citation, "locator", gettext_lazy("Where in the source"), required=False)
    gender = forms.ChoiceField(
        label=gettext_lazy("Gender"), choices=[("", "—"), *Prisoner.Gender.choices], required=False
    )
    birth = _date(gettext_lazy("Born"))
    occupation = _text(Prisoner, "occupation", gettext_lazy("Occupation"), required=False)
    note = forms.CharField(
        label=gettext_lazy("Note"),
        required=False,
        max_length=1000,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    choice = forms.CharField(required=False, max_length=30)
    asked = forms.CharField(required=False, max_length=200)

    # Who in the record may be meant, and whether somebody has said so; see ``decide``.
    resembling: list[Resembling] = []
    told: Told | None = None

    def has_changed(self) -> bool:
        return any(name not in DECIDED for name in self.changed_data)

    @property
    def cells(self) -> list[forms.BoundField]:
        return [self[name] for name in CELLS]

    @property
    def is_told(self) -> bool:
        return bool(self.is_bound and self.has_changed() and not self.errors)

    @property
    def offered(self) -> str:
        """The numbers of those who may be meant: a decision is about these and no others."""
        return ",".join(str(one.prisoner.pk) for one in self.resembling)

    @property
    def chosen(self) -> str:
        """What was decided of the row and still stands; empty: nothing."""
        values = self.cleaned_data
        offered = [NEW, OUT, *(str(one.prisoner.pk) for one in self.resembling)]
        stands = values["asked"] == self.offered and values["choice"] in offered
        return str(values["choice"]) if stands else ""

    def guesses(self, language: str) -> None:
        """Keep under each name in which language and script it is taken to be written."""
        for name in ("name", "own_name"):
            if text := self.cleaned_data.get(name):
                self.fields[name].guess = guess(text, guessed_language(text, language))  # type: ignore[attr-defined]  # read by the template

    def tell(self, text: dict[str, Any]) -> None:
        """Take together what the row and the head of the page say; refuse what cannot be."""
        mine = self.cleaned_data
        fate, day = mine["fate"] or text["fate"], mine["day"]
        if not mine["fate"]:
            day = day or text["day"]
        if day and not fate:
            self.add_error("day", _("Say what became of them on that day."))
        if fate == HELD and not day:
            self.add_error("day", _("Say on which day they were held."))
        if self.errors:
            return
        told = Told(
            name=mine["name"],
            own_name=mine["own_name"],
            gender=mine["gender"],
            birth=mine["birth"],
            occupation=mine["occupation"],
            began=mine["began"] or text["began"],
            end_kind="" if fate == HELD else fate,
            ended=None if fate == HELD else day,
            confirmed=day if fate == HELD else None,
            freed=bool(text["release"] and not mine["fate"]),
            locator=mine["locator"] or text["locator"],
            note=mine["note"],
        )
        for name, message in broken(told).items():
            self.add_error(CELL_OF.get(name, name), message)
        self.told = told

    def decided(self) -> Told | None:
        """Return who is entered, by what was decided; None: the row is left out."""
        if self.told is None or self.chosen == OUT:
            return None
        for one in self.resembling:
            if self.chosen == str(one.prisoner.pk):
                return replace(self.told, known=one.spelling)
        return self.told


if TYPE_CHECKING:
    BaseRows = forms.BaseFormSet[PersonForm]
else:
    BaseRows = forms.BaseFormSet


class Rows(BaseRows):
    """The rows; those in which nothing is typed are nobody."""

    def initial_form_count(self) -> int:
        # What was typed comes back as it is: it is no record that could not be left out.
        return 0

    @property
    def told(self) -> list[PersonForm]:
        return [form for form in self.forms if form.is_told]


PeopleFormSet: Any = forms.formset_factory(
    PersonForm, Rows, extra=ROWS, max_num=MOST, absolute_max=MOST, validate_max=True
)


def guess(text: str, language: str) -> str:
    script = PrisonerName.Script(script_of(text)).label
    return _("taken for “%(language)s”, %(script)s script") % {
        "language": language_name(language),
        "script": script,
    }


def language_name(code: str) -> str:
    """Return what a language is called in the reader's own; its code where it has no name."""
    try:
        name = Locale.parse(code, sep="-").get_language_name(get_language() or "en")
    except (ValueError, UnknownLocaleError):
        return code
    return name or code


# Rows as they were typed


def typed_rows(post: QueryDict) -> list[dict[str, str]]:
    """Return what stands in each row of a form that was sent, right or wrong."""
    total = post.get("people-TOTAL_FORMS", "")
    number = min(int(total), MOST) if total.isdecimal() and len(total) < 5 else 0
    return [
        {name: post.get(f"people-{row}-{name}", "") for name in (*CELLS, *DECIDED)}
        for row in range(number)
    ]


def pasted_rows(lines: str) -> list[dict[str, str]]:
    """Read lines of a spreadsheet, tabs between cells, in the order of the page's columns.

    What is none of the choices of a cell goes into the note: nothing of it is lost.
    """
    return [_pasted_row(line.split("\t")) for line in lines.splitlines() if line.strip()]


def _pasted_row(cells: list[str]) -> dict[str, str]:
    *most, rest = [*cells, *[""] * (len(CELLS) - len(cells))][: len(CELLS)]
    row = dict(zip(CELLS, [one.strip() for one in (*most, rest)], strict=True))
    over = [one.strip() for one in cells[len(CELLS) :] if one.strip()]
    for name, choices in (("fate", FATES), ("gender", Prisoner.Gender.choices)):
        word = row[name]
        known = [
            value
            for value, label in choices
            if word.casefold() in (str(value).casefold(), str(label).casefold())
        ]
        row[name] = known[0] if known and word else ""
        if word and not known:
            over.append(word)
    row["note"] = "; ".join(filter(None, [row["note"], *over]))
    return row


class Entering:
    """The page on which people of one text are entered, and the one that lists who they are."""

    def get_urls(self) -> list[URLPattern]:
        site: Any = self.admin_site  # type: ignore[attr-defined]  # a mixin
        enter, entered = site.admin_view(self._enter_view), site.admin_view(self._entered_view)
        return [
            path("enter/", enter, name="prisoners_prisoner_enter"),
            path("entered/<number:pk>/", entered, name="prisoners_prisoner_entered"),
            *super().get_urls(),  # type: ignore[misc]  # a mixin: its base has it
        ]

    # Entering

    def _enter_view(self, request: HttpRequest) -> HttpResponse:
        if not may(request.user, WRITE):
            raise PermissionDenied
        if request.method != "POST":
            return self._enter_page(request, TextForm(initial=_asked_for(request)), _rows([]))
        if "_more" in request.POST or "_spread" in request.POST:
            return self._with_rows(request)
        text = TextForm(request.POST)
        rows = PeopleFormSet(request.POST, prefix="people")
        if self._is_ready(request, text, rows):
            people = [one for form in rows.told if (one := form.decided())]
            if operation := self._entered(request, text, people):
                return HttpResponseRedirect(
                    reverse("admin:prisoners_prisoner_entered", args=[operation.pk])
                )
        return self._enter_page(request, text, rows)

    def _with_rows(self, request: HttpRequest) -> HttpResponse:
        """Show what was typed with more rows, or with the rows that were pasted."""
        rows, pasted = typed_rows(request.POST), request.POST.get("pasted", "")
        filled = [row for row in rows if any(row[name] for name in CELLS)]
        first = len(rows)
        if "_spread" in request.POST:
            spread = [*filled, *pasted_rows(pasted)]
            if len(spread) <= MOST:
                first, rows, pasted = len(filled), spread, ""
                rows += [{}] * (ROWS - len(rows))
            else:
                words = _("Enter at most %(number)s people at once.") % {"number": MOST}
                messages.error(request, words)
        else:
            rows += [{}] * min(ROWS, MOST - len(rows))
        given = {name: request.POST.get(name, "") for name in TextForm.base_fields}
        return self._enter_page(request, TextForm(initial=given), _rows(rows, first), pasted=pasted)

    def _is_ready(self, request: HttpRequest, text: TextForm, rows: Any) -> bool:
        """Whether all that was typed can be written; what cannot is said where it stands."""
        right = [text.is_valid(), rows.is_valid()]
        language = text.cleaned_data["source"].language if text.cleaned_data.get("source") else ""
        for form in rows.forms:
            if form.has_changed():
                form.guesses(language)
        if text.is_valid():
            for form in rows.told:
                form.tell(text.cleaned_data)
        told = {number: form for number, form in enumerate(rows.forms) if form.is_told}
        found = resembling({number: form.told for number, form in told.items() if form.told})
        for number, some in found.items():
            told[number].resembling = some
        people = [one for form in rows.told if (one := form.decided())]
        release = text.cleaned_data.get("release")
        if release and (why := no_room(release, people)):
            text.add_error("release", capfirst(f"{why}."))
        if not any(form.has_changed() for form in rows.forms):
            messages.error(request, _("Type at least one name."))
            return False
        if not all(right) or text.errors or any(form.errors for form in rows.forms):
            messages.error(request, _("Nothing is written yet: put right what is marked below."))
            return False
        return _all_decided(request, rows)

    def _entered(
        self, request: HttpRequest, text: TextForm, people: list[Told]
    ) -> Operation | None:
        """Write them; None, with the reason said, where the record refuses it."""
        values = text.cleaned_data
        try:
            with transaction.atomic():
                return enter_people(
                    source=values["source"],
                    country=values["country"],
                    people=people,
                    release=values["release"],
                    by=request.user,
                )
        except ValidationError as error:
            text.add_error(None, error)
        except DatabaseError as error:
            text.add_error(None, refusal(error))
        return None

    def _enter_page(
        self, request: HttpRequest, text: TextForm, rows: Any, pasted: str = ""
    ) -> HttpResponse:
        return self._answer_entering(
            request,
            "form",
            title=_("Enter people from a text"),
            text=text,
            rows=rows,
            media=self.media + text.media,  # type: ignore[attr-defined]  # a mixin: ModelAdmin has it
            dates_help=Detention._meta.get_field("began").help_text,
            can_grow=len(rows.forms) < MOST,
            most=MOST,
            too_many=_("Enter at most %(number)s people at once.") % {"number": MOST},
            pasted=pasted,
        )

    # What was entered

    def _entered_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not may(request.user, READ):
            raise PermissionDenied
        operation = Operation.objects.filter(pk=pk, kind=OperationKind.BULK).first()
        cited = Citation.history.filter(operation=pk, history_type="+").order_by()
        citations = list(
            Citation.objects.filter(pk__in=cited.values("id"))
            .select_related("source")
            .prefetch_related("prisoner_name__prisoner__names")
        )
        if operation is None or (not citations and operation.undone_at is None):
            raise Http404
        made = Prisoner.history.filter(operation=pk, history_type="+").order_by().values("id")
        people = list(Prisoner.objects.filter(pk__in=made).order_by("pk").prefetch_related("names"))
        known = [one for one in citations if one.prisoner_name_id]
        # The source first: nobody of it can be published before it is.
        sources = list({one.source.pk: one.source for one in citations}.values())
        drafts = [one for one in (*sources, *people, *known) if one.state == State.DRAFT]
        if request.method == "POST":
            if not may(request.user, WRITE):
                raise PermissionDenied
            return self._submit_all(request, drafts)
        return self._answer_entering(
            request,
            "done",
            title=capfirst(operation.describe()),
            operation=operation,
            people=_listed(people),
            known=known,
            are_drafts=all(one.state == State.DRAFT for one in people),
            source=citations[0].source if citations else None,
            can_submit=bool(drafts) and may(request.user, WRITE),
            undo_page=operation_page(operation),
            can_undo=operation.undone_at is None and may_undo(request.user, operation),
            media=self.media,  # type: ignore[attr-defined]  # a mixin: ModelAdmin has it
        )

    def _submit_all(self, request: HttpRequest, drafts: list[Any]) -> HttpResponse:
        for record in drafts:
            workflow.submit(record=record, by=request.user)
        number = len(drafts)
        words = ngettext(
            "%(number)s record waits for review.", "%(number)s records wait for review.", number
        )
        messages.success(request, words % {"number": number})
        return HttpResponseRedirect(request.path)

    def _answer_entering(self, request: HttpRequest, name: str, **values: Any) -> HttpResponse:
        site: Any = self.admin_site  # type: ignore[attr-defined]  # a mixin: ModelAdmin has it
        context = {
            **site.each_context(request),
            # The table has the whole width.
            "is_nav_sidebar_enabled": False,
            "opts": Prisoner._meta,
            "people_page": reverse("admin:prisoners_prisoner_changelist"),
            **values,
        }
        return TemplateResponse(request, f"admin/entering/{name}.html", context)


def enter_page(source: Source | None = None) -> str:
    """Return the address of the page on which people of a text are entered."""
    query = {"source": source.pk} if source else None
    return reverse("admin:prisoners_prisoner_enter", query=query)


def _asked_for(request: HttpRequest) -> dict[str, str]:
    """Return what the address chooses beforehand, as far as there is such a record."""
    asked = {name: request.GET.get(name, "") for name in ("source", "country", "release")}
    for name in ("source", "release"):
        if not ID.match(asked[name]):
            asked[name] = ""
    return asked


def _rows(rows: list[dict[str, str]], first: int = 0) -> Any:
    """Return rows with what was typed into them; the cursor goes into the row ``first``."""
    formset = PeopleFormSet(initial=rows, prefix="people")
    formset.extra = max(len(rows), ROWS)
    if rows and first < len(formset.forms):
        formset.forms[first].fields["name"].widget.attrs["autofocus"] = True
    return formset


def _all_decided(request: HttpRequest, rows: Any) -> bool:
    undecided = sum(bool(form.resembling) and not form.chosen for form in rows.told)
    if undecided:
        words = ngettext(
            "Nothing is written yet: %(number)s of them may be in the record already. Say who "
            "it is.",
            "Nothing is written yet: %(number)s of them may be in the record already. Say who "
            "they are.",
            undecided,
        )
        messages.warning(request, words % {"number": undecided})
    elif not any(form.decided() for form in rows.told):
        messages.error(request, _("Every row is left out: there is nobody to enter."))
        return False
    return not undecided


def _listed(people: Iterable[Prisoner]) -> list[dict[str, Any]]:
    """Return people with how their names were understood, and who else each may be."""
    people = list(people)
    numbers = [one.pk for one in people]
    others: dict[int, list[tuple[str, str]]] = defaultdict(list)
    pairs = DuplicateCandidate.objects.filter(Q(first__in=numbers) | Q(second__in=numbers))
    for pair in pairs.order_by("-score", "pk"):
        words = f"{pair.first_spelling} / {pair.second_spelling}, {pair.score} %"
        for one in {pair.first_id, pair.second_id} & set(numbers):
            others[one].append((words, compare_page(pair.first_id, pair.second_id)))
    return [
        {
            "person": person,
            "names": [(name.text, guess(name.text, name.language)) for name in person.names.all()],
            "others": others[person.pk][:3],
        }
        for person in people
    ]
