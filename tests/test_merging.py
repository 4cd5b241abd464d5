"""Two records of one person are made one, nothing is lost or shown by it, and it can be undone."""

from __future__ import annotations

import re
import threading
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import close_old_connections, connection
from django.db.models import ForeignObjectRel
from django.test import Client
from django.urls import reverse

from prisoners.admin.operations import operation_page
from prisoners.desk import duplicates, merging, name_index, workflow
from prisoners.desk.dossiers import load
from prisoners.desk.merging import FATES, IDENTITY, Fate
from prisoners.models import (
    Change,
    Detention,
    DuplicateCandidate,
    FormerAddress,
    MergeProposal,
    Merger,
    NameKey,
    Operation,
    Prisoner,
    ReleaseOutcome,
    Role,
    State,
    Translation,
)
from tests.desk import account, at_desk
from tests.factories import (
    ActorFactory,
    AffiliationFactory,
    ChargeFactory,
    DetentionFactory,
    ExternalIdFactory,
    FormerAddressFactory,
    PlacementFactory,
    PrisonerFactory,
    PrisonerNameFactory,
    RecognitionFactory,
    ReleaseFactory,
    ReleaseOutcomeFactory,
    SentenceFactory,
    SourceFactory,
    StatementFactory,
    TranslationFactory,
    cite,
)
from tests.kept import dump
from tests.reader import read
from tests.test_admin import said

pytestmark = pytest.mark.django_db

REASON = "One birth certificate."
# Derived from the rest, or beside what is true.
BESIDE = {
    "NameKey",
    "Operation",
    "Merger",
    "DuplicateCandidate",
    "DuplicateSearch",
    "Step",
    "Revision",
    "MergeProposal",
}


def by() -> User:
    return User.objects.filter(username="editor").first() or account(Role.EDITOR, name="editor")


def second() -> User:
    return User.objects.filter(username="second").first() or account(Role.EDITOR, name="second")


def merge(kept: Prisoner, merged: Prisoner, **choices: str) -> Operation:
    """Merge with choices that are named by a field of the two, or by a whole key.

    Where visitors would notice it, one editor proposes it and another one accepts it.
    """
    named = {
        name if "-" in name else f"prisoner-{kept.pk}-{merged.pk}-{name}": value
        for name, value in choices.items()
    }
    values: dict[str, Any] = {"kept": kept, "merged": merged, "choices": named, "by": by()}
    if not merging.plan(**{**values, "kept": again(kept), "merged": again(merged)}).takes_two:
        return merging.merge(**values, reason=REASON)
    return merging.accept(proposal=merging.propose(**values, reason=REASON), by=second())


def refused(kept: Prisoner, merged: Prisoner, **choices: str) -> str:
    """Return why a merge is refused, and see to it that nothing was done."""
    before = facts()
    with pytest.raises(ValidationError) as error:
        merge(kept, merged, **choices)
    assert facts() == before
    assert not Merger.objects.exists()
    return " ".join(error.value.messages)


def facts() -> dict[str, Any]:
    """Return every row that says something, without when it was last saved."""
    return {
        model: [
            {name: value for name, value in row.items() if name != "updated_at"} for row in rows
        ]
        for model, rows in dump().items()
        if model not in BESIDE and not model.startswith("Historical")
    }


def public(name: str = "Test Vymysel", **values: Any) -> Prisoner:
    """Make a public person with a name, all of whose facts rest on one source."""
    person: Prisoner = PrisonerFactory.create(published=True, name__text=name, **values)
    cite(person)
    return person


def again(record: Any) -> Any:
    return type(record)._default_manager.get(pk=record.pk)


def page_of(person: Prisoner) -> str:
    return person.get_absolute_url()


# Fates


def test_every_relation_has_a_stated_fate() -> None:
    """A new relation has to be decided on: what becomes of it when its record is merged?"""
    for model, fates in FATES.items():
        found = {
            f"{relation.related_model._meta.model_name}.{relation.field.name}"
            for relation in model._meta.get_fields(include_hidden=True)
            if (relation.one_to_many or relation.one_to_one or relation.many_to_many)
            and isinstance(relation, ForeignObjectRel)
            # Histories are of each record by itself, and are never changed.
            and not hasattr(relation.related_model, "history_id")
        }
        assert found == set(fates), model.__name__


def test_every_kind_that_is_united_has_fates_for_what_hangs_on_it() -> None:
    assert {*IDENTITY, Prisoner, Detention} == set(FATES)


# What moves


@pytest.fixture
def two() -> tuple[Prisoner, Prisoner]:
    """Two public records, the second one with a record of every kind."""
    kept = public("Vymyslau Prykladovich", slug="kept")
    merged = public("Вымыслаў Прыкладовіч", slug="merged", occupation="Test occupation")
    actor = ActorFactory.create(published=True)
    ExternalIdFactory.create(prisoner=merged, state="published")
    AffiliationFactory.create(prisoner=merged, actor=actor, state="published")
    recognition = RecognitionFactory.create(prisoner=merged, organisation=actor, state="published")
    cite(recognition)
    StatementFactory.create(speaker=None, prisoner=merged, text="Test words.", state="published")
    detention = DetentionFactory.create(
        prisoner=merged, began="2021-07", ended="2022", end_kind="pardon", state="published"
    )
    cite(detention, "began")
    PlacementFactory.create(detention=detention)
    ChargeFactory.create(detention=detention)
    SentenceFactory.create(detention=detention)
    release = ReleaseFactory.create(published=True)
    ReleaseOutcomeFactory.create(release=release, detention=detention, state="published")
    TranslationFactory.create(
        actor=None, prisoner=merged, field="occupation", text="Занятак", state="published"
    )
    FormerAddressFactory.create(prisoner=merged, slug="before-merged")
    return kept, merged


def test_everything_goes_to_the_kept_record(two: tuple[Prisoner, Prisoner]) -> None:
    kept, merged = two
    before = {
        relation.get_accessor_name(): getattr(merged, relation.get_accessor_name()).count()
        for relation in merging.relations(Prisoner, Fate.MOVE, Fate.ASK, Fate.FOLLOW)
    }
    assert all(before.values()), before
    ours = {name: getattr(kept, name).count() for name in before}
    merge(kept, merged)
    for name, number in before.items():
        # The address that it had itself comes to those that lead there.
        extra = 1 if name == "former_addresses" else 0
        assert getattr(kept, name).count() == ours[name] + number + extra, name
        assert not getattr(merged, name).exists(), name
    detention = kept.detentions.get()
    for part in ("placements", "charges", "sentences", "outcomes", "citations"):
        assert getattr(detention, part).count() == 1
    assert again(kept).occupation == "Test occupation"
    now = again(merged)
    assert (now.state, now.occupation, now.slug) == ("withdrawn", "Test occupation", "merged")
    assert now.mergers.standing().get().kept == kept


def test_a_reader_finds_one_person_at_every_address_that_there_was(
    two: tuple[Prisoner, Prisoner],
) -> None:
    kept, merged = two
    here = page_of(kept)
    before = [page_of(merged), "/prisoners/before-merged/"]
    counted = read("/prisoners/").main.text
    assert "Vymyslau Prykladovich" in counted
    assert "Вымыслаў Прыкладовіч" in counted
    merge(kept, merged)
    for path in before:
        for prefix in ("", "/be", "/ru", "/uk"):
            response = Client().get(prefix + path)
            assert response.status_code == 301, prefix + path
            assert response.headers["Location"] == prefix + here
    page = read(here).main.text
    for words in ("Вымыслаў Прыкладовіч", "July 2021", "Test occupation", "Test Actor"):
        assert words in page
    assert Client().get("/prisoners/").context["counted"].possible == 1
    assert Client().get("/prisoners/?q=Прыкладовіч").context["counted"].possible == 1
    assert merged.slug not in Client().get("/sitemap.xml").content.decode()


def test_the_index_of_names_is_right_afterwards(two: tuple[Prisoner, Prisoner]) -> None:
    kept, merged = two
    PrisonerNameFactory.create(prisoner=merged, text="Vymyslau Prykladovich", state="published")
    merge(kept, merged)
    assert not list(name_index.differences(lambda _done: None))
    public_names = NameKey.objects.filter(is_public=True).values("name__prisoner").distinct()
    assert {row["name__prisoner"] for row in public_names} == {kept.pk}


def test_the_same_spelling_is_there_once_with_the_sources_of_both() -> None:
    kept, merged = public("Test Vymysel"), public("Test Vymysel")
    PrisonerNameFactory.create(prisoner=merged, text="Тэст Вымысел", language="be", is_display=True)
    source = SourceFactory.create(published=True, title="Only the other has it")
    cite(merged.names.get(text="Test Vymysel"), "text", source)
    merge(kept, merged)
    assert [one.text for one in kept.names.order_by("text")] == ["Test Vymysel", "Тэст Вымысел"]
    assert kept.names.get(text="Test Vymysel").citations.get().source == source
    assert kept.names.get(language="be").is_display


def test_one_spelling_is_shown_in_each_language() -> None:
    kept, merged = public("Test Vymysel"), public("Vymysel Test")
    merge(kept, merged)
    assert [one.text for one in kept.names.filter(is_display=True)] == ["Test Vymysel"]
    assert kept.names.count() == 2


def test_notes_and_citizenships_are_put_together() -> None:
    kept = public(citizenships=["AQ"], note="One note.", risk="Risk.")
    merged = public(citizenships=["BV", "AQ"], note="Another note.", risk="Risk.")
    merge(kept, merged)
    now = again(kept)
    assert [one.code for one in now.citizenships] == ["AQ", "BV"]
    assert now.note == "One note.\n\nAnother note."
    assert now.risk == "Risk."


# What differs


def conflicting() -> tuple[Prisoner, Prisoner]:
    kept, merged = public(birth="1980"), public(birth="1982")
    kept.citations.all().delete()
    merged.citations.all().delete()
    for person, title in ((kept, "Says 1980"), (merged, "Says 1982")):
        cite(person, "birth", SourceFactory.create(published=True, title=title), locator="¶1")
    return kept, merged


def test_what_differs_has_to_be_chosen() -> None:
    kept, merged = conflicting()
    assert "choose born" in refused(kept, merged)
    assert "choose born" in refused(kept, merged, birth="neither")


@pytest.mark.parametrize(
    ("choice", "year", "other"), [("kept", 1980, 1982), ("merged", 1982, 1980)]
)
def test_the_value_that_was_not_chosen_stays_as_what_its_source_says(
    choice: str, year: int, other: int
) -> None:
    kept, merged = conflicting()
    merge(kept, merged, birth=choice)
    assert again(kept).birth.text == str(year)
    stances = {
        one.source.title: (one.stance, one.value) for one in kept.citations.select_related("source")
    }
    assert stances == {
        f"Says {year}": ("supports", ""),
        f"Says {other}": ("contradicts", str(other)),
    }
    page = read(page_of(kept)).main.text
    assert f"Says {other}" in page
    assert str(other) in page


def test_a_source_of_the_whole_record_is_not_taken_for_a_value_that_it_does_not_give() -> None:
    kept, merged = public(birth="1980"), public(birth="1982")
    source = merged.citations.get().source
    merge(kept, merged, birth="kept")
    theirs = kept.citations.filter(source=source)
    assert {(one.field, one.stance, one.value) for one in theirs} == {
        ("", "supports", ""),
        ("birth", "contradicts", "1982"),
    }


def test_a_more_exact_date_is_taken_and_both_sources_are_right() -> None:
    kept, merged = public(birth="1980"), public(birth="1980-05-06")
    merge(kept, merged)
    assert again(kept).birth.text == "1980-05-06"
    values = kept.citations.values_list("field", "stance", "value")
    assert ("birth", "supports", "1980") in values
    assert not kept.citations.filter(stance="contradicts").exists()


def test_a_translation_goes_with_the_text_that_it_is_of() -> None:
    kept, merged = public(occupation="baker"), public(occupation="teacher")
    for person, text in ((kept, "пекар"), (merged, "настаўнік")):
        TranslationFactory.create(
            actor=None, prisoner=person, field="occupation", text=text, state="published"
        )
    merge(kept, merged, occupation="merged")
    assert Translation.objects.get(prisoner=kept).text == "настаўнік"
    assert "настаўнік" in read(f"/be{page_of(kept)}").main.text


def test_a_portrait_brings_its_rights() -> None:
    kept, merged = public(), public(portrait="portraits/x.png", portrait_rights="Test rights")
    merge(kept, merged)
    now = again(kept)
    assert (now.portrait.name, now.portrait_rights) == ("portraits/x.png", "Test rights")


# Detentions


def detained(person: Prisoner, **values: Any) -> Detention:
    return DetentionFactory.create(prisoner=person, state=person.state, **values)


def test_whether_two_detentions_are_one_is_asked() -> None:
    kept, merged = public(), public()
    one = detained(kept, began="2021-07", ended="2022-01", end_kind="released")
    other = detained(merged, began="2021-07-14", ended="2022-01", end_kind="pardon", place="Test")
    ChargeFactory.create(detention=other)
    assert "Say whether this is one detention" in refused(kept, merged)
    episode = {f"episode-{one.pk}-{other.pk}": "same"}
    assert "choose how it ended" in refused(kept, merged, **episode)
    merge(kept, merged, **episode, **{f"detention-{one.pk}-{other.pk}-end_kind": "merged"})
    now = kept.detentions.get()
    assert (now.pk, str(now.began), now.end_kind, now.place) == (
        one.pk, "2021-07-14", "pardon", "Test",
    )  # fmt: skip
    assert now.charges.count() == 1


def test_two_that_are_separate_and_certainly_overlap_are_refused() -> None:
    kept, merged = public(), public()
    one = detained(kept, began="2021-01-01", ended="2022-01-01", end_kind="released")
    other = detained(merged, began="2021-06-01", ended="2022-06-01", end_kind="released")
    why = refused(kept, merged, **{f"episode-{one.pk}-{other.pk}": "separate"})
    assert "These dates overlap the detention of" in why


def test_two_open_detentions_are_one_or_one_of_them_has_ended() -> None:
    kept, merged = public(), public()
    one, other = detained(kept, began="2021"), detained(merged, began="2023")
    why = refused(kept, merged, **{f"episode-{one.pk}-{other.pk}": "separate"})
    assert "already has a detention that is not known to have ended" in why
    choices = {
        f"episode-{one.pk}-{other.pk}": "same",
        f"detention-{one.pk}-{other.pk}-began": "kept",
    }
    merge(kept, merged, **choices)
    assert kept.detentions.get().is_open


def test_two_that_may_not_have_been_one_are_both_kept_without_a_question() -> None:
    kept, merged = public(), public()
    detained(kept, began="2020", ended="2021-01", end_kind="released")
    detained(merged, began="2022")
    merge(kept, merged)
    assert kept.detentions.count() == 2


def test_the_later_confirmation_counts_and_the_earlier_one_still_says_its_day() -> None:
    kept, merged = public(), public()
    one = detained(kept, began="2021", last_confirmed="2023-05-06")
    other = detained(merged, began="2021", last_confirmed="2024-01-02")
    cite(one, "last_confirmed")
    merge(kept, merged, **{f"episode-{one.pk}-{other.pk}": "same"})
    assert again(one).last_confirmed.text == "2024-01-02"
    earlier = one.citations.get(field="last_confirmed", stance="supports", value="6 May 2023")
    assert earlier.detention_id == one.pk


def test_outcomes_of_the_same_release_become_one() -> None:
    kept, merged = public(), public()
    ended = {"began": "2021", "ended": "2022-01-01", "end_kind": "pardon"}
    one, other = detained(kept, **ended), detained(merged, **ended)
    release = ReleaseFactory.create(published=True)
    values = {"release": release, "state": "published"}
    outcome = ReleaseOutcomeFactory.create(detention=one, destination="", **values)
    ReleaseOutcomeFactory.create(detention=other, destination="AQ", **values)
    merge(kept, merged, **{f"episode-{one.pk}-{other.pk}": "same"})
    assert ReleaseOutcome.objects.get(detention__prisoner=kept).pk == outcome.pk
    assert again(outcome).destination == "AQ"


# Nothing is shown by it


def test_a_draft_merged_into_a_public_record_shows_nothing_of_itself() -> None:
    kept = public("Test Vymysel", slug="kept")
    merged = PrisonerFactory.create(slug="draft-zq", name__text="Secretname Zq")
    detained(merged, began="1999", ended="2000", end_kind="released", place="Placezq")
    merge(kept, merged)
    assert kept.names.count() == 2
    for path in (page_of(kept), "/prisoners/", "/sitemap.xml"):
        body = Client().get(path).content.decode()
        assert "Secretname" not in body
        assert "Placezq" not in body
    assert Client().get("/prisoners/?q=Secretname+Zq").context["counted"].possible == 0
    for path in ("/prisoners/draft-zq/", "/be/prisoners/draft-zq/"):
        response = Client().get(path)
        never = Client().get(path.replace("draft-zq", "nobody-was-ever-here"))
        assert (response.status_code, never.status_code) == (404, 404)


@pytest.mark.usefixtures("one_person_team")
def test_what_a_public_record_takes_from_a_draft_becomes_public_with_its_source() -> None:
    kept = public()
    merged = PrisonerFactory.create(occupation="Test occupation")
    source = SourceFactory.create(published=True)
    cite(merged, "occupation", source)
    merge(kept, merged)
    assert kept.citations.get(field="occupation").state == State.PUBLISHED
    assert source.title in read(page_of(kept)).main.text


@pytest.mark.usefixtures("one_person_team")
def test_what_has_no_source_does_not_become_public_by_a_merge() -> None:
    kept = PrisonerFactory.create(published=True)
    merged = PrisonerFactory.create(occupation="Test occupation")
    assert "occupation” has no source" in refused(kept, merged)
    cite(merged, "occupation", SourceFactory.create())
    assert "is not public yet" in refused(kept, merged)


@pytest.mark.parametrize("turned", [False, True])
def test_a_withheld_person_is_not_merged_with_one_who_may_be_named(turned: bool) -> None:
    kept, merged = public(), public()
    Prisoner.objects.filter(pk=merged.pk).update(disclosure="withheld", disclosure_reason="x")
    pair = (again(merged), again(kept)) if turned else (again(kept), again(merged))
    assert "decide first whether this person may be named" in refused(*pair)


def test_two_withheld_people_are_merged_and_stay_as_if_they_had_never_been() -> None:
    kept, merged = public(slug="kept"), public(slug="merged")
    Prisoner.objects.update(disclosure="withheld", disclosure_reason="x")
    merge(again(kept), again(merged))
    for slug in ("kept", "merged", "nobody-was-ever-here"):
        assert Client().get(f"/prisoners/{slug}/").status_code == 404
    assert not FormerAddress.objects.exists()


def test_what_was_withdrawn_does_not_come_back_by_a_merge() -> None:
    kept, merged = public(), public()
    workflow.withdraw(record=merged, reason="Test")
    assert "is withdrawn" in refused(kept, merged)


def test_a_public_record_is_not_merged_into_a_draft() -> None:
    assert "keep that one" in refused(PrisonerFactory.create(), public())


def test_a_withheld_part_is_not_united_with_the_public_one() -> None:
    kept, merged = public(), public()
    actor = ActorFactory.create(published=True)
    values = {"organisation": actor, "state": "published"}
    RecognitionFactory.create(prisoner=kept, **values)
    hidden = RecognitionFactory.create(
        prisoner=merged, statement="zq", disclosure="withheld", disclosure_reason="x", **values
    )
    merge(kept, merged)
    assert again(hidden).prisoner_id == merged.pk
    assert "zq" not in read(page_of(kept)).main.text


def test_a_draft_part_does_not_become_public_by_being_united_with_a_public_one() -> None:
    kept, merged = public(), public()
    actor = ActorFactory.create(published=True)
    RecognitionFactory.create(prisoner=kept, organisation=actor, statement="zq")
    RecognitionFactory.create(prisoner=merged, organisation=actor, state="published")
    assert "is a draft here and public there" in refused(kept, merged)


def test_when_the_kept_record_is_hidden_later_the_old_address_tells_nothing() -> None:
    kept, merged = public(slug="kept"), public(slug="merged")
    merge(kept, merged)
    Prisoner.objects.filter(pk=kept.pk).update(disclosure="withheld", disclosure_reason="x")
    assert Client().get("/prisoners/merged/").status_code == 404
    Prisoner.objects.filter(pk=kept.pk).update(disclosure="public", state="withdrawn")
    assert Client().get("/prisoners/merged/").status_code == 410


# Only once


def test_who_is_merged_already_is_not_merged_or_published_again() -> None:
    kept, merged, third = public(), public(), public()
    merge(kept, merged)
    for pair in ((kept, merged), (merged, kept), (third, merged), (merged, third)):
        with pytest.raises(ValidationError, match="is merged into"):
            merge(*pair)
    with pytest.raises(ValidationError, match="It is merged into"):
        workflow.publish(record=again(merged))
    with pytest.raises(ValidationError, match="not merged into itself"):
        merge(kept, kept)


def test_a_merge_says_why() -> None:
    kept, merged = PrisonerFactory.create_batch(2)
    with pytest.raises(ValidationError, match="Say why"):
        merging.merge(kept=kept, merged=merged, choices={}, by=by(), reason="  ")


def test_what_was_changed_since_it_was_looked_at_is_looked_at_again() -> None:
    kept, merged = (PrisonerFactory.create(name__text="Test Vymysel") for _ in range(2))
    seen = merging.plan(kept=kept, merged=merged, choices={}).seen
    again(merged.names.get()).save()
    values: dict[str, Any] = {"kept": kept, "merged": merged, "choices": {}, "by": by()}
    with pytest.raises(ValidationError, match="changed since you looked at it"):
        merging.merge(**values, reason=REASON, seen=seen)
    seen = merging.plan(kept=kept, merged=merged, choices={}).seen
    merging.merge(**values, reason=REASON, seen=seen)


def test_who_is_merged_is_no_possible_duplicate_and_what_was_judged_still_counts() -> None:
    kept, merged = public("Test Vymysel"), public("Test Vymysl")
    third = public("Test Vymysel")
    duplicates.judge(one=merged, other=third, verdict="different", reason="x", by=None)
    duplicates.look_again(people=[kept.pk])
    assert DuplicateCandidate.objects.between(kept.pk, third.pk).exists()
    operation = merge(kept, merged)
    assert not DuplicateCandidate.objects.exists()
    merging.undo(operation=operation, by=by(), reason="x")
    assert DuplicateCandidate.objects.between(kept.pk, third.pk).exists()


# Undoing


def test_a_merge_is_undone_whole(two: tuple[Prisoner, Prisoner]) -> None:
    kept, merged = two
    detained(kept, began="2019", ended="2020", end_kind="released")
    TranslationFactory.create(
        actor=None, prisoner=kept, field="biography", text="x", state="published"
    )
    Prisoner.objects.filter(pk=kept.pk).update(note="Test note")
    before = facts()
    number = Change.objects.count()
    operation = merge(again(kept), again(merged))
    assert facts() != before
    assert Change.objects.count() > number
    merging.undo(operation=operation, by=by(), reason="They are two.")
    assert facts() == before
    assert Client().get(page_of(merged)).status_code == 200
    assert not Merger.objects.standing().exists()
    assert not list(name_index.differences(lambda _done: None))
    assert again(merged).history.filter(operation=operation).exists()


def test_a_merge_of_drafts_is_undone_whole() -> None:
    kept = PrisonerFactory.create(slug="kept", name__text="Test Vymysel")
    merged = PrisonerFactory.create(slug="merged", name__text="Test Vymysel")
    one, other = detained(kept, began="2021"), detained(merged, began="2021", place="Test")
    for record in (one, other):
        cite(record, "began")
    before = facts()
    operation = merge(kept, merged, **{f"episode-{one.pk}-{other.pk}": "same"})
    assert kept.detentions.get().place == "Test"
    assert kept.detentions.get().citations.count() == 2
    merging.undo(operation=operation, by=by(), reason="x")
    assert facts() == before
    merge(again(kept), again(merged), **{f"episode-{one.pk}-{other.pk}": "same"})


def test_undoing_says_what_stands_in_the_way() -> None:
    kept, merged = public(), public(occupation="Test occupation")
    operation = merge(kept, merged)
    now = again(kept)
    now.occupation = "Another occupation"
    now.save()
    with pytest.raises(ValidationError, match="occupation"):
        merging.undo(operation=operation, by=by(), reason="x")
    assert Merger.objects.standing().exists()


# Dossiers

DOSSIER = """
dossier = "made-up-{name}"

[[source]]
key = "made-up-source-{name}"
slug = "made-up-source-{name}"
title = "Made-up source {name}"

[[prisoner]]
key = "made-up-{name}"
slug = "made-up-{name}"
occupation = "Test occupation"
cite.record = "made-up-source-{name}"

[[prisoner.name]]
key = "en"
text = "Made Up {name}"
language = "en"
is_display = true

[[prisoner.detention]]
key = "first"
country = "AQ"
began = "2021-07"
{more}
"""


def test_a_dossier_goes_on_with_the_record_that_is_kept(tmp_path: Path) -> None:
    def loaded(name: str, more: str = "") -> Any:
        path = tmp_path / f"{name}.toml"
        path.write_text(DOSSIER.format(name=name, more=more))
        return load(path=path)

    loaded("one")
    loaded("two")
    kept = Prisoner.objects.get(key="made-up-one")
    merged = Prisoner.objects.get(key="made-up-two")
    one, other = kept.detentions.get(), merged.detentions.get()
    merge(kept, merged, **{f"episode-{one.pk}-{other.pk}": "same"})
    before = facts()
    for name in ("one", "two"):
        report = loaded(name)
        assert (report.created, report.updated, report.published) == ([], [], [])
    assert facts() == before
    loaded("two", '[[prisoner.detention.charge]]\nkey = "new"\ncode = "Test"\narticle = "1"')
    assert one.charges.get().article == "1"


# At once


@pytest.mark.django_db(transaction=True)
def test_two_who_merge_the_same_people_at_once_merge_them_once() -> None:
    kept, merged = (PrisonerFactory.create(name__text=f"Test {one}") for one in ("Adzin", "Dva"))
    editor = by()
    begin = threading.Barrier(2)
    results: list[str] = []

    def work(one: Prisoner, other: Prisoner) -> None:
        begin.wait(10)
        try:
            merging.merge(kept=one, merged=other, choices={}, by=editor, reason=REASON)
        except ValidationError as error:
            results.append(error.messages[0])
        else:
            results.append("merged")
        finally:
            close_old_connections()
            connection.close()

    threads = [
        threading.Thread(target=work, args=pair) for pair in ((kept, merged), (merged, kept))
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    assert results.count("merged") == 1
    assert len([one for one in results if "is merged into" in one and "already" in one]) == 1
    assert Merger.objects.count() == 1
    assert Operation.objects.count() == 1


# At the desk


def compare(one: Prisoner, other: Prisoner) -> str:
    return reverse("admin:prisoners_duplicatecandidate_compare", args=[one.pk, other.pk])


def hidden(response: Any) -> dict[str, str]:
    """Return what the page that asks for confirmation sends."""
    context = response.context
    return {
        "keep": str(context["kept"].pk),
        "reason": context["reason"],
        "seen": context["seen"],
        **{f"choice-{name}": value for name, value in context["choices"].items()},
        "_merge": "1",
    }


@pytest.mark.usefixtures("one_person_team")
def test_an_editor_compares_chooses_sees_what_will_be_done_merges_and_undoes(
    client: Client,
) -> None:
    at_desk(client, Role.EDITOR)
    kept, merged = conflicting()
    detained(merged, began="2021", ended="2022", end_kind="pardon")
    before = facts()
    page = client.get(compare(kept, merged))
    words = said(page)
    for expected in ("Says 1980 ¶1", "Says 1982 ¶1"):
        assert expected in words
    assert "They differ: choose one." in words
    preview = {"keep": kept.pk, "reason": REASON, "_preview": "1"}
    assert "choose born" in said(client.post(compare(kept, merged), preview))
    key = f"choice-prisoner-{kept.pk}-{merged.pk}-birth"
    asked = client.post(compare(kept, merged), {**preview, key: "merged"})
    words = said(asked)
    assert "born: “1982” in place of “1980”" in words
    assert "Detentions, to be moved: 1" in words
    assert "Its address leads to the record that is kept." in words
    assert not Merger.objects.exists()
    done = client.post(compare(kept, merged), hidden(asked), follow=True)
    assert "is merged into" in said(done)
    assert again(kept).birth.text == "1982"
    operation = Operation.objects.get()
    listed = client.get(reverse("admin:prisoners_merger_changelist"))
    assert operation_page(operation) in listed.content.decode()
    undone = client.post(operation_page(operation), {"reason": "Two."}, follow=True)
    assert "It is undone" in said(undone)
    assert "Undone by" in said(client.get(operation_page(operation)))
    assert {name: rows for name, rows in facts().items() if name != "User"} == before


def test_the_page_of_a_merge_says_what_stands_in_the_way_of_undoing_it(client: Client) -> None:
    at_desk(client, Role.EDITOR)
    kept, merged = public(), public(occupation="Test occupation")
    operation = merge(kept, merged)
    now = again(kept)
    now.occupation = "Another occupation"
    now.save()
    page = said(client.get(operation_page(operation)))
    assert "What stands in the way of undoing it" in page
    assert "“occupation” changed" in page
    assert "Undo it" not in page


def test_the_other_one_can_be_kept(client: Client) -> None:
    at_desk(client, Role.EDITOR)
    draft, shown = PrisonerFactory.create(), public()
    assert client.get(compare(draft, shown)).context["kept"] == shown
    turned = client.get(compare(draft, shown), {"keep": draft.pk})
    assert turned.context["kept"] == draft
    assert "keep that one, and merge the draft" in said(turned)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("is_public", [False, True])
def test_whoever_writes_merges_drafts_and_proposes_what_is_public_and_editors_undo_it(
    client: Client, role: Role, is_public: bool
) -> None:
    at_desk(client, role)
    one, other = (public(), public()) if is_public else PrisonerFactory.create_batch(2)
    may = role is not Role.VIEWER
    waits = may and is_public
    preview = {"keep": one.pk, "reason": REASON, "_preview": "1"}
    asked = client.post(compare(one, other), preview)
    assert asked.status_code == (200 if may else 403)
    sent = hidden(asked) if may else {"keep": one.pk, "reason": REASON, "_merge": "1"}
    assert client.post(compare(one, other), sent).status_code == (302 if may else 403)
    assert Merger.objects.exists() == (may and not waits)
    assert MergeProposal.objects.exists() == waits
    for proposal in MergeProposal.objects.all():
        merging.accept(proposal=proposal, by=by())
    operation = Operation.objects.first() or merge(one, other)
    page = operation_page(operation)
    assert client.get(page).status_code == 200
    undoes = role in (Role.EDITOR, Role.ADMINISTRATOR) or (may and not is_public)
    assert client.post(page, {"reason": "x"}).status_code == (302 if undoes else 403)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR])
def test_a_long_text_is_read_whole_on_the_page_of_two_records(client: Client, role: Role) -> None:
    at_desk(client, role)
    ours, theirs = (f"{'Much was written. ' * 9}The end of {one}." for one in ("ours", "theirs"))
    kept = public("Test Adzin", biography=ours, occupation="Printer")
    merged = public("Test Dva", biography=theirs)
    DetentionFactory.create(prisoner=merged, place=f"{'A long yard, ' * 6}at its end")
    page = client.get(compare(kept, merged))
    wholes = [
        " ".join(re.sub(r"<[^>]+>", " ", one).split())
        for one in re.findall(
            r'<details class="desk-whole">\s*<summary>The whole text</summary>(.*?)</details>',
            page.content.decode(),
            re.DOTALL,
        )
    ]
    assert wholes[:2] == [ours, theirs]
    assert wholes[2].endswith("at its end (draft)")
    # What is short is not said twice.
    assert len(wholes) == 3


def test_a_researcher_does_not_undo_what_somebody_else_merged(client: Client) -> None:
    at_desk(client, Role.RESEARCHER)
    operation = merge(*PrisonerFactory.create_batch(2))
    assert client.post(operation_page(operation), {"reason": "x"}).status_code == 403


def test_a_merge_without_its_preview_is_shown_first(client: Client) -> None:
    at_desk(client, Role.EDITOR)
    kept, merged = public(), public()
    response = client.post(compare(kept, merged), {"reason": REASON, "_merge": "1"})
    assert "changed since you looked at it" in said(response)
    assert not Merger.objects.exists()


def test_the_page_of_each_of_the_two_leads_to_the_other(client: Client) -> None:
    at_desk(client, Role.EDITOR)
    kept, merged = public("Test Kept"), public("Test Merged")
    merge(kept, merged)
    pages = [reverse("admin:prisoners_prisoner_change", args=[one.pk]) for one in (kept, merged)]
    # Its names have moved with it.
    assert f"“{merged.public_id}” was merged into this" in said(client.get(pages[0]))
    assert "Merged into “Test Kept”" in said(client.get(pages[1]))


def test_the_history_of_both_says_who_merged_them_and_why(client: Client) -> None:
    kept, merged = public(), public(occupation="Test occupation")
    operation = merge(kept, merged)
    for person in (kept, merged):
        row = person.history.filter(operation=operation).latest()
        assert (row.history_user, row.history_change_reason) == (operation.by, REASON)
