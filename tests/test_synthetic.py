"""Invented people: as varied as real ones, and the same for the same seed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.db.models import Count, F, Q, Sum

from prisoners.desk.name_index import differences
from prisoners.desk.synthetic import generate
from prisoners.desk.synthetic_people import (
    BLOCK,
    COLUMNS,
    LAST_DAY,
    Row,
    Rows,
    Shared,
    invent,
    public_id,
)
from prisoners.models import (
    Actor,
    Charge,
    Detention,
    Facility,
    NameKey,
    Placement,
    Prisoner,
    PrisonerName,
    Recognition,
    Record,
    Release,
    ReleaseDestination,
    ReleaseOutcome,
    Sentence,
    Source,
    State,
)
from prisoners.reading.gaps import uncited
from tests.kept import kept

SEED = 5
PEOPLE = BLOCK + 10
CHECKED: tuple[type[Record], ...] = (
    Source,
    Actor,
    Facility,
    Release,
    ReleaseDestination,
    Prisoner,
    PrisonerName,
    Recognition,
    Detention,
    Placement,
    Charge,
    Sentence,
    ReleaseOutcome,
)


class Everywhere(dict[str, tuple[int, ...]]):
    """The same two facilities in every country."""

    def __missing__(self, country: str) -> tuple[int, ...]:
        return (1, 2)


SHARED = Shared(source=1, organisations=(1, 2, 3), facilities=Everywhere())


@pytest.fixture(scope="module")
def people(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Two blocks, made by another process as the command does."""

    def make() -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("DJANGO_SETTINGS_MODULE", "tracker.settings")
            generate(PEOPLE, seed=SEED, workers=1)

    with kept(django_db_blocker, make):
        yield


@pytest.fixture
def invented(people: None, db: None) -> None:
    """The two blocks, and a transaction to read them in."""


def rows_of(rows: Rows, kind: str, people: int) -> list[Row]:
    """The rows of the first people, as far as a row says whose it is."""
    place = {"Prisoner": 0, "PrisonerName": 4, "Detention": 2, "Recognition": 1}[kind]
    return [row for row in rows[kind] if int(row[place] or 0) <= people]


# The same again


def test_the_same_seed_gives_the_same_people_and_another_one_others() -> None:
    assert invent(1, 0, 100, SHARED) == invent(1, 0, 100, SHARED)
    assert invent(1, 0, 100, SHARED) != invent(2, 0, 100, SHARED)
    assert invent(1, 1, 100, SHARED) != invent(1, 0, 100, SHARED)


@pytest.mark.parametrize("kind", ["Prisoner", "PrisonerName", "Detention", "Recognition"])
def test_the_first_people_are_the_same_however_many_follow(kind: str) -> None:
    few, many = invent(1, 0, 30, SHARED), invent(1, 0, 300, SHARED)
    assert rows_of(few, kind, 30) == rows_of(many, kind, 30)
    assert len(many[kind]) > len(few[kind])


def test_another_process_makes_the_people_that_this_one_would(invented: None) -> None:
    here = [*invent(SEED, 0, BLOCK, SHARED)["Prisoner"], *invent(SEED, 1, 10, SHARED)["Prisoner"]]
    stored = Prisoner.objects.order_by("pk").values_list("pk", "slug", "public_id", "gender")
    place = {name: number for number, name in enumerate(COLUMNS["Prisoner"])}
    wanted = [
        tuple(row[place[name]] for name in ("id", "slug", "public_id", "gender")) for row in here
    ]
    assert list(stored) == wanted
    spelt = [*invent(SEED, 0, BLOCK, SHARED)["PrisonerName"]]
    texts = PrisonerName.objects.filter(prisoner__lte=BLOCK).order_by("pk").values_list("text")
    assert [text for (text,) in texts] == [row[5] for row in spelt]


def test_no_two_people_have_one_public_id() -> None:
    ids = {public_id(number) for number in range(30_000)}
    assert len(ids) == 30_000
    assert all(re.fullmatch(r"[0-9a-hjkmnp-tv-z]{8}", one) for one in ids)


# As the models would have written them


@pytest.mark.parametrize("model", CHECKED, ids=lambda model: model.__name__)
def test_records_are_valid_and_what_is_derived_is_as_the_models_derive_it(
    invented: None, model: type[Record]
) -> None:
    records = list(model._default_manager.order_by("pk"))
    assert records
    for record in records[:: max(len(records) // 40, 1)]:
        record.full_clean()
        for field in model._meta.concrete_fields:
            if hasattr(field, "derived_from"):
                stored = record.__dict__[field.attname]
                assert field.pre_save(record, add=False) == stored, field.name


def test_names_are_found_by_their_own_keys(invented: None) -> None:
    assert NameKey.objects.filter(is_public=True).exists()
    assert NameKey.objects.filter(is_public=False).exists()
    assert list(differences(lambda _done: None)) == []


def test_names_are_sorted_by_their_own_keys(invented: None) -> None:
    field = PrisonerName._meta.get_field("sort_key")
    for name in PrisonerName.objects.all():
        stored = name.sort_key
        assert field.pre_save(name, add=False) == stored, name.text


def test_nothing_published_is_without_a_source(invented: None) -> None:
    published = [
        *Prisoner.objects.published()[:60],
        *Release.objects.published(),
        *Facility.objects.published()[:20],
        *Actor.objects.published(),
    ]
    assert len(published) > 80
    assert [gap for record in published for gap in uncited(record)] == []


def test_no_release_frees_more_people_than_were_announced(invented: None) -> None:
    releases = Release.objects.annotate(
        named=Count("outcomes", distinct=True), gone=Sum("destinations__headcount", default=0)
    )
    assert releases.filter(named__gt=0).exists()
    assert not releases.filter(named__gt=F("headcount")).exists()
    whole = Release.objects.annotate(gone=Sum("destinations__headcount", default=0))
    assert not whole.filter(gone__gt=F("headcount")).exists()
    went = Counter(
        ReleaseOutcome.objects.exclude(destination="").values_list("release", "destination")
    )
    announced = {
        (release, country): people
        for release, country, people in ReleaseDestination.objects.values_list(
            "release", "country", "headcount"
        )
    }
    assert went
    assert not [place for place, people in went.items() if people > announced.get(place, 0)]


# As varied as real ones


OPEN = Q(end_kind="")
SPREADS = {
    "two detentions": Prisoner.objects.annotate(n=Count("detentions")).filter(n=2),
    "no birth": Prisoner.objects.filter(birth=None),
    "a year of birth": Prisoner.objects.filter(birth__regex=r"^\d{4}$"),
    "no gender": Prisoner.objects.filter(gender=""),
    "a woman": Prisoner.objects.filter(gender="female"),
    "another gender": Prisoner.objects.filter(gender="other"),
    "no occupation": Prisoner.objects.filter(occupation=""),
    "an occupation": Prisoner.objects.filter(occupation="teacher"),
    "withheld": Prisoner.objects.filter(disclosure="withheld"),
    "a name that is withheld": PrisonerName.objects.filter(disclosure="withheld"),
    "a stay that is withheld": Placement.objects.filter(disclosure="withheld"),
    "an alias": PrisonerName.objects.filter(kind="alias"),
    "a birth name": PrisonerName.objects.filter(kind="birth"),
    "filed by the family name": PrisonerName.objects.exclude(filed_as=""),
    "an unknown beginning": Detention.objects.filter(began=None),
    "a month": Detention.objects.filter(began__regex=r"^\d{4}-\d\d$"),
    "a year": Detention.objects.filter(began__regex=r"^\d{4}$"),
    "inferred": Detention.objects.filter(began__regex=r"\?$"),
    "about": Detention.objects.filter(began__regex="~$"),
    "between two days": Detention.objects.filter(began__regex="/"),
    "an unknown end": Detention.objects.filter(~OPEN, ended=None),
    "died": Detention.objects.filter(end_kind="died").exclude(prisoner__death=None),
    "died after release": Detention.objects.exclude(
        Q(end_kind="died") | OPEN | Q(prisoner__death=None)
    ),
    "never confirmed": Detention.objects.filter(OPEN, last_confirmed=None),
    "confirmed long ago": Detention.objects.filter(OPEN, last_confirmed_last__year__lte=2020),
    "confirmed lately": Detention.objects.filter(OPEN, last_confirmed_last__year__gte=2025),
    "two stays": Detention.objects.annotate(n=Count("placements")).filter(n=2),
    "no charge": Detention.objects.filter(charges=None),
    "three charges": Detention.objects.annotate(n=Count("charges")).filter(n=3),
    "a term without months": Sentence.objects.filter(years__isnull=False, months=None),
    "no court": Sentence.objects.filter(court=""),
    "nobody recognises them": Prisoner.objects.filter(recognitions=None),
    "two recognise them": Prisoner.objects.annotate(n=Count("recognitions")).filter(n=2),
    "no destination": ReleaseOutcome.objects.filter(destination=""),
    "already free": ReleaseOutcome.objects.filter(already_free=True),
    "a release in draft": Release.objects.filter(state="draft"),
}


@pytest.mark.parametrize("spread", SPREADS)
def test_among_two_thousand_people_there_is_somebody_with(invented: None, spread: str) -> None:
    assert SPREADS[spread].all().exists()


@pytest.mark.parametrize(
    ("model", "field", "values"),
    [
        (Prisoner, "state", {*State.values}),
        (PrisonerName, "script", {"Latn", "Cyrl", "Arab", "Hani", "Hang", "Geor"}),
        (PrisonerName, "language", {"en", "be", "ru", "uk", "ar", "fa", "zh", "ko", "ka", "es"}),
        # Initials stand for somebody whose name is not shown, and nobody invented needs that.
        (PrisonerName, "kind", {*PrisonerName.Kind.values} - {"initials"}),
        (Detention, "end_kind", {"", *Detention.EndKind.values}),
        (Charge, "standing", {*Charge.Standing.values}),
        (Sentence, "kind", {*Sentence.Kind.values}),
        (Sentence, "regime", {"", *Sentence.Regime.values}),
        (Facility, "kind", {*Facility.Kind.values}),
        (ReleaseOutcome, "conviction_in_force", {None, True, False}),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_every_kind_is_there(
    invented: None, model: type[Record], field: str, values: set[object]
) -> None:
    assert values <= set(model._default_manager.values_list(field, flat=True))


def test_most_people_are_public_and_not_all(invented: None) -> None:
    assert 0.85 * PEOPLE < Prisoner.objects.published().count() < 0.95 * PEOPLE


def test_people_have_about_three_spellings(invented: None) -> None:
    assert 2.5 < PrisonerName.objects.count() / PEOPLE < 3.5


def test_each_person_has_a_name_to_show_in_english(invented: None) -> None:
    shown = PrisonerName.objects.filter(language="en", is_display=True)
    assert shown.count() == PEOPLE


def test_nothing_happens_after_the_last_day(invented: None) -> None:
    last = date.fromordinal(LAST_DAY)
    late = Q(began_first__gt=last) | Q(ended_first__gt=last) | Q(last_confirmed_first__gt=last)
    assert not Detention.objects.filter(late).exists()
