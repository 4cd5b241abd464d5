"""What is proposed needs a source of its own: one of the value before does not say the new one."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from prisoners.desk import disclosure, merging, revisions, workflow
from prisoners.models import Citation, Detention, Prisoner, Revision, Role, State, Step
from tests.desk import account, sign_in
from tests.factories import DetentionFactory, PrisonerFactory, SourceFactory, cite
from tests.test_admin import address, row, said, save

pytestmark = pytest.mark.django_db


@pytest.fixture
def proposer() -> Any:
    return account(Role.EDITOR, name="proposer")


@pytest.fixture
def other() -> Any:
    return account(Role.EDITOR, name="other")


@pytest.fixture
def held() -> Detention:
    """A public detention whose begin has a source of its own; the person is cited as a whole."""
    person = PrisonerFactory.create(published=True, name__text="Test Person")
    cite(person, source=published("Of all of it"), state=State.PUBLISHED)
    detention: Detention = DetentionFactory.create(
        prisoner=person, began="2021-07-14", state=State.PUBLISHED
    )
    cite(detention, "began", published("Of the old day"), state=State.PUBLISHED)
    return detention


def published(title: str) -> Any:
    return SourceFactory.create(published=True, title=title)


def propose(detention: Detention, by: Any, began: str = "2021-08-01", **values: Any) -> Revision:
    changes: Any = {("detention", detention.pk): {"began": ["2021-07-14", began]}}
    return revisions.propose(record=detention, changes=changes, by=by, **values)


def began(detention: Detention) -> str:
    return str(Detention.objects.get(pk=detention.pk).began)


def refused(revision: Revision, by: Any) -> str:
    with pytest.raises(ValidationError) as error:
        revisions.accept(revision=revision, by=by)
    return " ".join(error.value.messages)


def test_a_source_of_the_value_before_does_not_count(
    held: Detention, proposer: Any, other: Any
) -> None:
    revision = propose(held, proposer)
    [gap] = revisions.lacking(revision)
    assert (gap.record, gap.field) == (held, "began")
    assert "“began” has no source of its own" in refused(revision, other)
    assert began(held) == "2021-07-14"
    cite(held, "began", published("Of the new day"), state=State.DRAFT)
    assert revisions.lacking(revision) == []
    revisions.accept(revision=revision, by=other)
    assert began(held) == "2021-08-01"
    assert Citation.objects.get(source__title="Of the new day").state == State.PUBLISHED


def test_neither_does_a_draft_that_was_there_before_nor_one_that_contradicts(
    held: Detention, proposer: Any, other: Any
) -> None:
    cite(held, "began", published("Also of the old day"), state=State.DRAFT)
    revision = propose(held, proposer)
    cite(held, "began", published("Says otherwise"), stance="contradicts", value="2020")
    cite(held, "place", published("Of something else"))
    assert "no source of its own" in refused(revision, other)


@pytest.mark.parametrize("of", ["detention", "person"])
def test_a_new_source_of_the_whole_counts_once_it_is_public_with_it(
    held: Detention, proposer: Any, other: Any, of: str
) -> None:
    revision = propose(held, proposer)
    target: Any = held if of == "detention" else held.prisoner
    citation = cite(target, "", published("Of all of it, anew"), state=State.DRAFT)
    if of == "person":
        # It is not published with a change of the detention.
        assert "no source of its own" in refused(revision, other)
        workflow.publish(record=citation)
    revisions.accept(revision=revision, by=other)
    assert began(held) == "2021-08-01"


def test_a_source_that_came_with_it_or_is_given_anew_in_it_counts(
    held: Detention, proposer: Any, other: Any
) -> None:
    citation = held.citations.get()
    changes: Any = {
        ("detention", held.pk): {"began": ["2021-07-14", "2021-08-01"]},
        ("citation", citation.pk): {"locator": [citation.locator, "¶9"]},
    }
    revision = revisions.propose(record=held, changes=changes, by=proposer)
    assert revisions.lacking(revision) == []
    revisions.accept(revision=revision, by=other)
    draft = cite(held, "began", published("Brought with it"))
    with_it = propose(held, proposer, "2021-09-01", added=[("citation", draft.pk)])
    assert revisions.lacking(with_it) == []


def test_a_source_that_the_proposal_itself_lets_contradict_does_not_count(
    held: Detention, proposer: Any, other: Any
) -> None:
    citation = held.citations.get()
    changes: Any = {
        ("detention", held.pk): {"began": ["2021-07-14", "2021-08-01"]},
        ("citation", citation.pk): {"stance": ["supports", "contradicts"], "value": ["", "2021"]},
    }
    revision = revisions.propose(record=held, changes=changes, by=proposer)
    assert [gap.field for gap in revisions.lacking(revision)] == ["began"]
    assert "no source of its own" in refused(revision, other)


def test_a_source_that_is_said_to_give_the_value_before_does_not_count(
    held: Detention, proposer: Any
) -> None:
    citation = held.citations.get()
    changes: Any = {
        ("detention", held.pk): {"began": ["2021-07-14", "2021-08-01"]},
        ("citation", citation.pk): {"value": ["", "14 July 2021"]},
    }
    revision = revisions.propose(record=held, changes=changes, by=proposer)
    assert [gap.field for gap in revisions.lacking(revision)] == ["began"]


def test_taking_a_fact_away_needs_no_source(held: Detention, proposer: Any, other: Any) -> None:
    held.place = "Here"
    held.save()
    changes: Any = {("detention", held.pk): {"place": ["Here", ""]}}
    revision = revisions.propose(record=held, changes=changes, by=proposer)
    revisions.accept(revision=revision, by=other)
    assert Detention.objects.get().place == ""


def test_changing_a_proposal_keeps_the_sources_of_what_stays_proposed(
    held: Detention, proposer: Any
) -> None:
    revision = propose(held, proposer)
    cite(held, "began", published("Of the new day"))
    revision = propose(held, proposer, instead_of=revision, reason="Clearer.")
    assert revisions.lacking(revision) == []
    revision = propose(held, proposer, "2021-10-01", instead_of=propose(held, proposer))
    cite(held, "began", published("Of August"))
    again = propose(held, proposer, "2021-11-01", instead_of=revision)
    assert [gap.field for gap in revisions.lacking(again)] == ["began"]


def test_the_form_and_the_proposal_say_what_lacks_a_source_and_where_it_is_entered(
    held: Detention, proposer: Any, other: Any
) -> None:
    desk = sign_in(Client(), proposer)
    page = address(Detention, "change", held.pk)
    assert "what was cited before does not count for a new value" in said(desk.get(page))
    cite_here = f"{address(Citation, 'add')}?detention={held.pk}&amp;field=began"
    answer = desk.get(save(desk, page, began="2021-08-01").url)
    assert "once each of these has a source of its own" in said(answer)
    assert cite_here in answer.content.decode()
    revision = Revision.objects.get()
    shown = desk.get(address(Revision, "change", revision.pk))
    words = said(shown)
    assert "To be given a source of its own before it can be accepted" in words
    assert "cited before this was proposed: it does not count" in words
    assert cite_here in shown.content.decode()
    viewer = sign_in(Client(), account(Role.VIEWER, name="viewer"))
    read = viewer.get(address(Revision, "change", revision.pk)).content.decode()
    assert cite_here not in read
    cite(held, "began", published("Of the new day"))
    words = said(sign_in(Client(), other).get(address(Revision, "change", revision.pk)))
    assert "To be given a source of its own" not in words


def test_what_lacks_a_source_is_named_without_what_is_held_back_by_now(
    held: Detention, proposer: Any
) -> None:
    revision = propose(held, proposer)
    disclosure.hold_back(record=held, field="began", how="year", reason="x")
    desk = sign_in(Client(), account(Role.RESEARCHER, name="researcher"))
    words = said(desk.get(address(Revision, "change", revision.pk)))
    assert "To be given a source of its own" in words
    assert "August" not in words
    assert "July" not in words


def test_a_source_entered_on_the_form_with_the_change_is_its_own(proposer: Any, other: Any) -> None:
    person = PrisonerFactory.create(published=True, occupation="Clerk", name__text="Test Person")
    cite(person, source=published("Of all of it"), state=State.PUBLISHED)
    source = published("Says baker")
    desk = sign_in(Client(), proposer)
    entries = row("citations", 1, 2, source=source.pk, field="occupation", stance="supports")
    page = address(Prisoner, "change", person.pk)
    answer = desk.get(save(desk, page, entries, occupation="Baker").url)
    assert "has a source of its own" not in said(answer)
    revisions.accept(revision=Revision.objects.get(), by=other)
    assert Prisoner.objects.get().occupation == "Baker"


@pytest.mark.parametrize(
    ("before", "after"), [("2021-07-14", "2021-08-01"), ("2021-07-14", "2021-07"), ("2021-07", "")]
)
def test_a_source_of_a_value_that_is_gone_is_withdrawn(
    held: Detention, proposer: Any, other: Any, before: str, after: str
) -> None:
    Detention.objects.update(began=before)
    earlier = held.citations.get()
    changes: Any = {("detention", held.pk): {"began": [before, after or None]}}
    revision = revisions.propose(record=held, changes=changes, by=proposer)
    cite(held, "began", published("Of the new day"))
    revisions.accept(revision=revision, by=other)
    earlier.refresh_from_db()
    assert (earlier.state, earlier.value) == (State.WITHDRAWN, "")
    page = Client().get(held.prisoner.get_absolute_url()).content.decode()
    assert "Of the old day" not in page
    assert "14 July" not in page


@pytest.mark.parametrize(
    ("field", "before", "after", "said"),
    [
        ("began", "2021-07", "2021-07-14", "July 2021"),
        ("last_confirmed", "2024-05-01", "2025-01-01", "1 May 2024"),
    ],
)
def test_a_source_that_is_still_right_stays_and_says_what_it_said(
    held: Detention, proposer: Any, other: Any, field: str, before: str, after: str, said: str
) -> None:
    Detention.objects.update(**{field: before})
    held.citations.all().delete()
    earlier = cite(held, field, published("Of what was known"), state=State.PUBLISHED)
    changes: Any = {("detention", held.pk): {field: [before, after]}}
    revision = revisions.propose(record=held, changes=changes, by=proposer)
    cite(held, field, published("Of the new day"))
    revisions.accept(revision=revision, by=other)
    earlier.refresh_from_db()
    assert (earlier.state, earlier.stance, earlier.value) == (State.PUBLISHED, "supports", said)
    page = Client().get(held.prisoner.get_absolute_url()).content.decode()
    assert f"Says: {said}." in page


def test_a_source_of_a_text_stays_when_the_text_is_worded_anew(proposer: Any, other: Any) -> None:
    person = PrisonerFactory.create(published=True, biography="A clerk.", name__text="Test Person")
    cite(person, source=published("Of all of it"), state=State.PUBLISHED)
    earlier = cite(person, "biography", published("Of the life"), state=State.PUBLISHED)
    changes: Any = {("prisoner", person.pk): {"biography": ["A clerk.", "She was a clerk."]}}
    revision = revisions.propose(record=person, changes=changes, by=proposer)
    cite(person, "biography", published("Also of the life"))
    revisions.accept(revision=revision, by=other)
    earlier.refresh_from_db()
    assert (earlier.state, earlier.value) == (State.PUBLISHED, "")


# Where one person is the team, nothing is proposed: new sources settle the earlier ones


def change(detention: Detention, by: Any, **values: Any) -> None:
    """Change a detention that is public on its own page."""
    answer = save(sign_in(Client(), by), address(Detention, "change", detention.pk), **values)
    assert answer.status_code == 302


def source_of(detention: Detention, field: str, title: str, by: Any) -> Citation:
    """Cite a source for a fact, and publish it, as somebody who works alone does."""
    citation = cite(detention, field, published(title), state=State.DRAFT)
    workflow.publish(record=citation, by=by)
    return citation


@pytest.mark.usefixtures("one_person_team")
def test_of_one_person_a_source_of_a_value_that_is_gone_is_withdrawn_once_another_is_public(
    held: Detention, proposer: Any
) -> None:
    earlier = held.citations.get()
    change(held, proposer, began="2021-08-01")
    earlier.refresh_from_db()
    assert earlier.state == State.PUBLISHED  # the only one there is
    source_of(held, "began", "Of the new day", proposer)
    earlier.refresh_from_db()
    assert (earlier.state, earlier.value) == (State.WITHDRAWN, "")
    step = Step.objects.about(earlier).latest("pk")
    assert (step.verb, step.by) == ("withdrawn", proposer)
    assert step.reason == "It was given for the value before."
    page = Client().get(held.prisoner.get_absolute_url()).content.decode()
    assert "Of the new day" in page
    assert "Of the old day" not in page
    assert "14 July" not in page


@pytest.mark.usefixtures("one_person_team")
@pytest.mark.parametrize(
    ("field", "before", "after", "said"),
    [
        ("began", "2021-07", "2021-07-14", "July 2021"),
        ("last_confirmed", "2024-05-01", "2025-01-01", "1 May 2024"),
    ],
)
def test_of_one_person_a_source_that_is_still_right_stays_and_says_what_it_said(
    held: Detention, proposer: Any, field: str, before: str, after: str, said: str
) -> None:
    Detention.objects.update(**{field: before})
    held.citations.all().delete()
    earlier = cite(held, field, published("Of what was known"), state=State.PUBLISHED)
    change(held, proposer, **{field: after})
    source_of(held, field, "Of the new day", proposer)
    earlier.refresh_from_db()
    assert (earlier.state, earlier.stance, earlier.value) == (State.PUBLISHED, "supports", said)


@pytest.mark.usefixtures("one_person_team")
def test_of_one_person_a_source_that_is_entered_and_published_with_the_change_settles_too(
    proposer: Any,
) -> None:
    person = PrisonerFactory.create(published=True, occupation="Clerk", name__text="Test Person")
    cite(person, source=published("Of all of it"), state=State.PUBLISHED)
    earlier = cite(person, "occupation", published("Says clerk"), state=State.PUBLISHED)
    source = published("Says baker")
    desk = sign_in(Client(), proposer)
    entries = row("citations", 2, 3, source=source.pk, field="occupation", stance="supports")
    page = address(Prisoner, "change", person.pk)
    answer = desk.get(save(desk, page, entries, occupation="Baker", _publish="1").url)
    assert "those of the value before say only what they said" in said(answer)
    assert Citation.objects.get(source=source).state == State.PUBLISHED
    earlier.refresh_from_db()
    assert earlier.state == State.WITHDRAWN
    assert Citation.objects.get(field="").state == State.PUBLISHED


@pytest.mark.usefixtures("one_person_team")
def test_of_one_person_a_source_of_the_same_value_stays(held: Detention, proposer: Any) -> None:
    earlier = held.citations.get()
    source_of(held, "began", "Also of the old day", proposer)
    change(held, proposer, began="2021-08-01")
    change(held, proposer, began="2021-07-14")
    source_of(held, "place", "Of something else", proposer)
    source_of(held, "began", "Once more of the old day", proposer)
    earlier.refresh_from_db()
    assert (earlier.state, earlier.value) == (State.PUBLISHED, "")


@pytest.mark.usefixtures("one_person_team")
def test_of_one_person_a_source_that_came_with_an_accepted_proposal_stays(
    held: Detention, proposer: Any
) -> None:
    draft = cite(held, "began", published("Of the new day"), state=State.DRAFT)
    researcher = account(Role.RESEARCHER, name="researcher")
    revision = propose(held, researcher, added=[("citation", draft.pk)])
    revisions.accept(revision=revision, by=proposer)
    source_of(held, "began", "Also of the new day", proposer)
    draft.refresh_from_db()
    assert (draft.state, draft.value) == (State.PUBLISHED, "")


@pytest.mark.usefixtures("one_person_team")
def test_of_one_person_a_source_of_what_is_held_back_since_stays_as_it_is(
    held: Detention, proposer: Any
) -> None:
    earlier = held.citations.get()
    disclosure.hold_back(record=held, field="began", how="year", reason="x")
    source_of(held, "began", "Also of the day", proposer)
    earlier.refresh_from_db()
    assert (earlier.state, earlier.value) == (State.PUBLISHED, "")


def test_of_two_people_publishing_a_source_settles_nothing(
    held: Detention, proposer: Any, other: Any
) -> None:
    earlier = held.citations.get()
    # As a command would.
    Detention.objects.update(began="2021-08-01")
    source_of(held, "began", "Of the new day", other)
    earlier.refresh_from_db()
    assert earlier.state == State.PUBLISHED


@pytest.mark.usefixtures("one_person_team")
def test_of_one_person_the_sources_of_what_is_taken_away_go_with_it(
    held: Detention, proposer: Any
) -> None:
    held.place = "Here"
    held.save()
    earlier = cite(held, "place", published("Of the place"), value="Here, it says")
    change(held, proposer, place="")
    earlier.refresh_from_db()
    assert earlier.state == State.WITHDRAWN
    assert held.citations.get(field="began").state == State.PUBLISHED
    page = Client().get(held.prisoner.get_absolute_url()).content.decode()
    assert "Of the place" not in page
    assert "Here, it says" not in page


@pytest.mark.usefixtures("one_person_team")
def test_of_one_person_a_source_that_is_moved_to_another_fact_in_the_same_save_stays(
    proposer: Any,
) -> None:
    person = PrisonerFactory.create(
        published=True, occupation="Clerk", gender="female", name__text="Test Person"
    )
    earlier = cite(person, "occupation", published("Says much"), state=State.PUBLISHED)
    page = address(Prisoner, "change", person.pk)
    entries = {"citations-0-field": "gender"}
    save(sign_in(Client(), proposer), page, entries, occupation="", occupation_group="")
    earlier.refresh_from_db()
    assert (earlier.field, earlier.state) == ("gender", State.PUBLISHED)
    assert not Step.objects.about(earlier).exists()


@pytest.mark.usefixtures("one_person_team")
def test_of_one_person_a_source_that_came_with_a_merge_stays(proposer: Any) -> None:
    kept, merged = (
        PrisonerFactory.create(published=True, name__text=name, occupation=occupation)
        for name, occupation in (("Test Adzin", "Clerk"), ("Test Dva", "Baker"))
    )
    earlier = cite(kept, "occupation", published("Says clerk"), state=State.PUBLISHED)
    came = cite(merged, "occupation", published("Says baker"), state=State.PUBLISHED)
    key = f"prisoner-{kept.pk}-{merged.pk}-occupation"
    merging.merge(kept=kept, merged=merged, choices={key: "merged"}, by=proposer, reason="x")
    kept = Prisoner.objects.get(pk=kept.pk)
    assert kept.occupation == "Baker"
    new = cite(kept, "occupation", published("Also says baker"), state=State.DRAFT)
    workflow.publish(record=new, by=proposer)
    for one in (came, earlier):
        one.refresh_from_db()
    assert (came.prisoner_id, came.state, came.stance) == (kept.pk, State.PUBLISHED, "supports")
    assert (earlier.state, earlier.stance, earlier.value) == ("published", "contradicts", "Clerk")
