"""What needs doing, asked of the whole record."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from typing import Any

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType

from prisoners.bounds import Verdict
from prisoners.models import (
    TARGETS,
    Detention,
    Figure,
    Prisoner,
    Record,
    Release,
    Source,
    State,
)
from prisoners.reading import gaps
from prisoners.reading.facets import RECENT
from prisoners.reading.figures import compare, conflicts
from prisoners.reading.filters import PrisonerFilter
from prisoners.reading.releases import reconcile, unnamed, with_people
from prisoners.reading.snapshot.kept import current
from prisoners.reading.worklist import facts
from prisoners.reading.worklist.facts import against, disputed, uncited
from prisoners.reading.worklist.listed import KINDS, Count, Place, count
from prisoners.reading.worklist.records import due_disclosures, in_review, unarchived, unconfirmed
from tests.desk import account
from tests.factories import (
    FACTORIES,
    ActorFactory,
    ChargeFactory,
    DetentionFactory,
    FigureFactory,
    PrisonerFactory,
    ReleaseFactory,
    ReleaseOutcomeFactory,
    SourceFactory,
    TranslationFactory,
    cite,
)

pytestmark = pytest.mark.django_db

TODAY = date(2024, 6, 1)
Fact = tuple[Place, str]


def place(record: Record) -> Place:
    return Place(KINDS.index(type(record)), record.pk)


def put(record: Record, **values: Any) -> None:
    """Set what a record cannot be made with, past all rules on how it changes."""
    type(record)._default_manager.filter(pk=record.pk).update(**values)


def work_on(record: Record, user: Any) -> None:
    """Leave the trace that saving a record at the desk leaves."""
    LogEntry.objects.create(
        user=user,
        content_type=ContentType.objects.get_for_model(record),
        object_id=str(record.pk),
        object_repr=str(record),
        action_flag=CHANGE,
    )


# Facts without a source -------------------------------------------------------------------


def found(user: int | None = None) -> set[Fact]:
    return {(one.place, one.field) for one in uncited(user)}


def one_by_one() -> set[Fact]:
    """Ask each record that is a part of no other for what it lacks."""
    return {
        (place(gap.record), gap.field)
        for model in TARGETS.values()
        if model.owner_field is None
        for record in model._default_manager.exclude(state=State.WITHDRAWN)
        for gap in gaps.uncited(record)
    }


def cite_somehow(chance: random.Random, record: Record) -> None:
    """Cite something of a record, for or against it, and perhaps withdraw that again."""
    field = chance.choice(["", *record.facts])
    stance: dict[str, Any] = chance.choice(
        [{}, {}, {}, {"stance": "contradicts", "value": "another"}]
    )
    citation = cite(record, field, **stance)
    if chance.random() < 0.15:
        put(citation, state=State.WITHDRAWN)
    if chance.random() < 0.15:
        put(citation.source, state=State.WITHDRAWN)


@pytest.mark.parametrize("seed", range(3))
def test_they_are_what_each_record_says_that_it_lacks(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  # no secret
    for model in TARGETS.values():
        for _each in range(2):
            record = FACTORIES[model].create()
            for _citation in range(chance.choice([0, 0, 1, 2])):
                cite_somehow(chance, record)
            put(record, state=chance.choice(State.values))
    assert found() == one_by_one() != set()


def test_what_visitors_see_comes_first_and_then_by_whose_it_is() -> None:
    draft, public = PrisonerFactory.create(), PrisonerFactory.create(published=True)
    charges = [
        ChargeFactory.create(detention__prisoner=person, published=person is public)
        for person in (draft, public)
    ]
    roots = [(one.root, one.is_published) for one in uncited() if one.root.model is Prisoner]
    assert list(dict.fromkeys(roots)) == [(place(public), True), (place(draft), False)]
    put(charges[1], state=State.DRAFT)
    of_charge = [one.is_published for one in uncited() if one.place == place(charges[1])]
    assert of_charge == [False] * len(of_charge) != []


def test_a_withdrawn_record_and_its_parts_lack_nothing() -> None:
    charge = ChargeFactory.create()
    assert found()
    put(charge.detention.prisoner, state=State.WITHDRAWN)
    assert found() == set()


def test_who_has_many_facts_without_a_source_is_told_the_first_of_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(facts, "MOST", 3)
    for _each in range(4):
        DetentionFactory.create(began="2021", place="Test Harbour")
    public = FigureFactory.create(published=True)
    told = uncited()
    assert len(told) == 4
    assert (told[0].place, told[0].is_published) == (place(public), True)


def test_what_is_mine_is_what_i_wrote_on_its_page() -> None:
    mine, other = ChargeFactory.create(), ChargeFactory.create()
    user, nobody = account(name="one"), account(name="two")
    work_on(mine.detention.prisoner, user)
    work_on(other.detention.prisoner, nobody)
    roots = {one.root for one in uncited(user.pk)}
    assert roots == {place(mine.detention.prisoner)}
    assert (place(mine), "article") in found(user.pk)


# Sources that contradict ------------------------------------------------------------------


def test_a_fact_that_two_sources_contradict_is_told_once_with_both() -> None:
    release = ReleaseFactory.create(headcount=123)
    first = cite(release, "headcount", stance="contradicts", value="121")
    second = cite(release, "headcount", stance="contradicts", value="125")
    cite(release, "headcount")
    fact = (place(release), "headcount")
    assert list(disputed()) == [(*fact[0], "headcount", False)]
    assert against([fact]) == {fact: [first, second]}
    assert against([]) == {}


def test_published_facts_in_dispute_come_first() -> None:
    draft, public = ReleaseFactory.create(), ReleaseFactory.create(published=True)
    for release in (draft, public):
        cite(release, "headcount", stance="contradicts", value="121")
    assert [number for _kind, number, _field, _public in disputed()] == [public.pk, draft.pk]


def test_a_withdrawn_contradiction_is_none() -> None:
    kept, charge = ReleaseFactory.create(), ChargeFactory.create()
    withdrawn = [
        cite(ReleaseFactory.create(), "headcount", stance="contradicts", value="1"),
        cite(ReleaseFactory.create(), "headcount", stance="contradicts", value="2").source,
        charge.detention.prisoner,
    ]
    cite(charge, "article", stance="contradicts", value="3")
    cite(kept, "headcount", stance="contradicts", value="4")
    for record in withdrawn:
        put(record, state=State.WITHDRAWN)
    assert [number for _kind, number, _field, _public in disputed()] == [kept.pk]


# Waiting for review -----------------------------------------------------------------------


def waiting(user: int | None = None) -> list[Place]:
    return [Place(kind, number) for kind, number, _since in in_review(user)]


def test_what_waits_with_its_record_is_not_told_apart_from_it() -> None:
    charge = ChargeFactory.create()
    cited = cite(charge)
    translated = TranslationFactory.create()
    whole = [charge.detention.prisoner, charge.detention, charge, cited]
    for record in [*whole, translated, translated.actor]:
        put(record, state=State.IN_REVIEW)
    assert set(waiting()) == {place(charge.detention.prisoner), place(translated.actor)}


@pytest.mark.parametrize("state", [State.DRAFT, State.PUBLISHED])
def test_what_waits_alone_is_told(state: State) -> None:
    charge = ChargeFactory.create()
    cited, translated = cite(charge), TranslationFactory.create()
    for record in (charge.detention.prisoner, charge.detention, cited.source, translated.actor):
        put(record, state=state)
    for record in (charge, translated):
        put(record, state=State.IN_REVIEW)
    assert set(waiting()) == {place(charge), place(translated)}
    put(charge, state=state)
    put(cited, state=State.IN_REVIEW)
    assert set(waiting()) == {place(cited), place(translated)}
    put(charge.detention.prisoner, state=State.WITHDRAWN)
    assert waiting() == [place(translated)]


def test_every_kind_of_record_can_wait() -> None:
    for model, factory in FACTORIES.items():
        record = factory.create()
        put(record, state=State.IN_REVIEW)
        assert place(record) in waiting(), model


def test_the_longest_waiting_comes_first() -> None:
    late, early = SourceFactory.create(), ActorFactory.create()
    for record, day in ((late, 20), (early, 10)):
        put(record, state=State.IN_REVIEW, updated_at=datetime(2024, 1, day, tzinfo=UTC))
    assert waiting() == [place(early), place(late)]


def test_what_waits_of_mine_is_what_i_wrote() -> None:
    user = account()
    mine, other = SourceFactory.create(), SourceFactory.create()
    for record in (mine, other):
        put(record, state=State.IN_REVIEW)
    work_on(mine, user)
    assert waiting(user.pk) == [place(mine)]


# Releases ---------------------------------------------------------------------------------


def test_of_123_released_of_whom_two_are_named_121_are_unnamed() -> None:
    release = ReleaseFactory.create(published=True, headcount=123)
    for _each in range(2):
        ReleaseOutcomeFactory.create(release=release, published=True)
    (listed,) = unnamed(Release.objects.all())
    assert (listed.headcount - listed.named, listed.headcount) == (121, 123)
    (loaded,) = with_people(Release.objects.all())
    assert listed == release
    assert reconcile(loaded).unnamed == 121


def test_they_are_counted_as_the_page_of_the_release_counts_them() -> None:
    chance = random.Random(1)  # noqa: S311  # no secret
    for headcount in (None, 0, 2, 3, 4, 9):
        release = ReleaseFactory.create(published=True, headcount=headcount)
        person = PrisonerFactory.create(published=True)
        for _each in range(4):
            outcome = ReleaseOutcomeFactory.create(release=release, published=True)
            if chance.random() < 0.4:
                Detention.objects.filter(pk=outcome.detention_id).update(prisoner=person)
            put(chance.choice([outcome, outcome.detention, person]), state=chance.choice(
                [State.PUBLISHED, State.DRAFT, State.WITHDRAWN]
            ))  # fmt: skip
    expected = {
        release.pk: added.unnamed
        for release in with_people(Release.objects.all())
        if (added := reconcile(release)).unnamed
    }
    listed = unnamed(Release.objects.all())
    assert {one.pk: one.headcount - one.named for one in listed} == expected != {}


def test_who_is_entered_and_not_published_is_counted_apart_and_the_latest_comes_first() -> None:
    early = ReleaseFactory.create(published=True, happened="2020", headcount=3)
    late = ReleaseFactory.create(published=True, happened="2021", headcount=3)
    ReleaseOutcomeFactory.create(release=late, published=True)
    for state in (State.DRAFT, State.WITHDRAWN):
        put(ReleaseOutcomeFactory.create(release=late), state=state)
    listed = [(one, one.named, one.entered) for one in unnamed(Release.objects.all())]
    assert listed == [(late, 1, 2), (early, 0, 0)]


# Figures ----------------------------------------------------------------------------------


def test_two_figures_exclude_each_other_where_comparing_them_one_by_one_says_so() -> None:
    chance = random.Random(3)  # noqa: S311  # no secret
    releases = [
        ReleaseFactory.create(headcount=headcount, happened="2024-01-02") for headcount in (5, None)
    ]
    for _each in range(40):
        release = chance.choice([*releases, None])
        FigureFactory.create(
            value=chance.choice([1, 8, 10, 13]),
            country=chance.choice(["AQ", "BV"]),
            counts=chance.choice(["held", "released"]),
            as_of=chance.choice(["2024-01-01", "2024-01-02", "2024-01", None]),
            release=release,
            relation=chance.choice(["before", "after", ""]) if release else "",
        )
    figures = list(Figure.objects.select_related("release"))
    compared = [compare(*pair) for pair in combinations(figures, 2)]
    expected = {
        frozenset((one.first.pk, one.second.pk))
        for one in compared
        if one and one.verdict is Verdict.CONFLICT
    }
    listed = conflicts(figures)
    assert {frozenset((one.first.pk, one.second.pk)) for one in listed} == expected != set()
    assert len(listed) == len(expected)


def test_the_latest_of_figures_that_exclude_each_other_come_first() -> None:
    for day in ("2020-01-01", "2022-01-01", "2021-01-01"):
        for value in (1, 2):
            FigureFactory.create(value=value, as_of=day)
    listed = [one.first.as_of_first for one in conflicts(Figure.objects.all())]
    assert [day.year for day in listed if day] == [2022, 2021, 2020]


# Not confirmed ----------------------------------------------------------------------------


def day(ago: int) -> str:
    return (TODAY - timedelta(days=ago)).isoformat()


def test_the_longest_silence_comes_first_and_short_ones_are_left_out() -> None:
    long = RECENT.days + 1
    made = {
        "year": DetentionFactory.create(last_confirmed=day(365)),
        "since the arrest": DetentionFactory.create(began=day(500)),
        "just long": DetentionFactory.create(last_confirmed=day(long)),
        "nothing known": DetentionFactory.create(),
    }
    DetentionFactory.create(last_confirmed=day(RECENT.days))
    DetentionFactory.create(began=day(RECENT.days))
    DetentionFactory.create(began=day(400), last_confirmed="2020/..")
    DetentionFactory.create(began=day(900), ended=day(365), end_kind="released")
    withdrawn = [DetentionFactory.create(), DetentionFactory.create()]
    put(withdrawn[0], state=State.WITHDRAWN)
    put(withdrawn[1].prisoner, state=State.WITHDRAWN)
    names = {record.pk: name for name, record in made.items()}
    assert [names[one.pk] for one in unconfirmed(TODAY)] == [
        "nothing known",
        "since the arrest",
        "year",
        "just long",
    ]


def test_they_are_whom_the_list_of_people_calls_confirmed_longer_ago() -> None:
    for ago in range(80, 100):
        DetentionFactory.create(published=True, last_confirmed=day(ago), began=day(600))
    asked = PrisonerFilter({"confirmed": ["longer"]}, current(), today=TODAY)
    assert asked.is_valid()
    listed = [one.prisoner_id for one in unconfirmed(TODAY)]
    assert sorted(listed) == sorted(asked.numbers().tolist()) != []


def test_of_mine_are_the_people_whom_i_wrote_about() -> None:
    user = account()
    mine, _other = DetentionFactory.create(), DetentionFactory.create()
    work_on(mine.prisoner, user)
    assert list(unconfirmed(TODAY, user.pk)) == [mine]


# Disclosures and sources ------------------------------------------------------------------


def test_a_disclosure_is_due_on_its_day_for_every_kind_of_record() -> None:
    records = [factory.create() for factory in FACTORIES.values()]
    for ago, record in enumerate(records):
        put(record, disclosure_review_on=TODAY - timedelta(days=ago))
    put(SourceFactory.create(), disclosure_review_on=TODAY + timedelta(days=1))
    put(SourceFactory.create(), disclosure_review_on=TODAY, state=State.WITHDRAWN)
    listed = [(Place(kind, number), since) for kind, number, since in due_disclosures(TODAY)]
    assert listed == [
        (place(record), TODAY - timedelta(days=ago))
        for ago, record in reversed(list(enumerate(records)))
    ]


def test_a_source_with_an_address_and_no_copy_is_to_be_archived() -> None:
    address = "https://example.org/page"
    draft = SourceFactory.create(address=address)
    public = SourceFactory.create(address=address, published=True)
    SourceFactory.create(address=address, archived="https://example.org/copy")
    SourceFactory.create(address="")
    put(SourceFactory.create(address=address), state=State.WITHDRAWN)
    assert list(unarchived()) == [public, draft]
    user = account()
    work_on(draft, user)
    assert list(unarchived(user.pk)) == [draft]


# Counting ---------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [Source.objects.all, lambda: list(Source.objects.all())])
def test_it_is_counted_no_further_than_anybody_needs(
    rows: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("prisoners.reading.worklist.listed.MOST", 3)
    assert not count(rows())
    for _each in range(3):
        SourceFactory.create()
    assert count(rows()) == Count(3, is_more=False)
    SourceFactory.create()
    assert count(rows()) == Count(3, is_more=True)
