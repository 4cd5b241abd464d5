"""What is done to many at once takes a second person where it takes one for a single record."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from prisoners.admin.operations import operation_page
from prisoners.desk import bulk, merging, operations, putting_back, revisions, workflow
from prisoners.desk.importing import running
from prisoners.models import (
    Citation,
    Detention,
    Facility,
    Import,
    Operation,
    OperationKind,
    Prisoner,
    PrisonerName,
    Record,
    ReleaseOutcome,
    Revision,
    Role,
    State,
    Step,
    recorded,
)
from prisoners.models.recording import recorded_models
from tests.desk import account, sign_in
from tests.factories import PrisonerFactory, SourceFactory, cite
from tests.lists import viasna_row
from tests.reader import read
from tests.test_admin import said
from tests.test_bulk import confirming, detention_of, entries_of, held, releasing, step
from tests.test_importing import brought, previewed

pytestmark = pytest.mark.django_db

REASON = "One birth certificate."


@pytest.fixture
def author() -> Any:
    return account(Role.EDITOR, name="author")


@pytest.fixture
def other() -> Any:
    return account(Role.EDITOR, name="other")


def do(change: bulk.Change, *people: Prisoner, by: Any) -> Operation:
    return bulk.do(change=change, people=[one.pk for one in people], by=by, reason="Announced.")


def seen(person: Prisoner) -> str:
    return read(person.get_absolute_url()).main.text


def told(record: Record) -> list[tuple[str, str, str, Any, str]]:
    """Return the steps of a record, the first one first."""
    steps = Step.objects.about(record).order_by("pk")
    return [(one.verb, one.before, one.after, one.by, one.reason) for one in steps]


def steps_tell_all() -> None:
    """See to it that the last step of each record that moved says in what state it is."""
    for model in recorded_models():
        if issubclass(model, Record):
            for one in model._default_manager.all():
                last = Step.objects.about(one).order_by("pk").last()
                assert last is None or last.after == one.state, one


# A release, a confirmation


@pytest.mark.parametrize("role", [Role.EDITOR, Role.RESEARCHER])
def test_what_is_new_of_public_people_waits_for_somebody_else(role: Role, other: Any) -> None:
    person, change, writer = held(published=True), releasing(), account(role, name="writer")
    before = seen(person)
    do(change, person, by=writer)
    assert seen(person) == before
    assert detention_of(person).end_kind == ""
    outcome = ReleaseOutcome.objects.get()
    assert outcome.state == State.DRAFT
    revision = Revision.objects.get()
    assert (revision.by, revision.reason) == (writer, "Announced.")
    with pytest.raises(ValidationError, match="Somebody else"):
        revisions.accept(revision=revision, by=writer)
    with pytest.raises(ValidationError, match="you were the last to change it"):
        workflow.publish(record=outcome, by=writer)
    assert seen(person) == before
    revisions.accept(revision=revision, by=other)
    page = seen(person)
    assert change.release.title in page
    assert change.cited.source.title in page
    assert str(detention_of(person).ended) == "2025-12-13"
    assert not Citation.objects.filter(state=State.DRAFT).exists()


def test_a_confirmation_waits_and_then_says_which_source_said_the_earlier_day(
    author: Any, other: Any
) -> None:
    person = held(published=True, last_confirmed="2024-01-02")
    do(confirming(), person, by=author)
    earlier = detention_of(person).citations.get(state=State.PUBLISHED)
    assert (str(detention_of(person).last_confirmed), earlier.value) == ("2024-01-02", "")
    assert "6 May 2025" not in seen(person)
    revisions.accept(revision=Revision.objects.get(), by=other)
    earlier.refresh_from_db()
    assert earlier.value == "2 January 2024"
    assert "6 May 2025" in seen(person)


def test_nobody_proposes_the_same_of_somebody_twice(author: Any, other: Any) -> None:
    person = held(published=True)
    do(confirming(), person, by=author)
    made = bulk.plan(change=confirming("2025-06-07"), people=[person.pk], by=other)
    [line] = made.refused
    assert line.words == "has a change of this that waits for review"


def test_drafts_are_changed_at_once_and_stay_drafts(author: Any) -> None:
    person = held()
    do(releasing(), person, by=author)
    assert detention_of(person).end_kind == "pardon"
    assert not Revision.objects.exists()
    assert not Step.objects.exists()


@pytest.mark.usefixtures("one_person_team")
def test_where_one_person_is_the_team_it_is_public_at_once(author: Any) -> None:
    person, change = held(published=True), releasing()
    do(change, person, by=author)
    assert change.release.title in seen(person)
    assert not Revision.objects.exists()
    assert told(ReleaseOutcome.objects.get()) == [
        ("published", "draft", "published", author, "Announced.")
    ]


@pytest.mark.parametrize("accepted", [False, True])
def test_it_is_undone_with_what_was_proposed_or_accepted(
    author: Any, other: Any, accepted: bool
) -> None:
    people = [held("Test Adzin", published=True), held("Test Dva", published=True)]
    before = [seen(one) for one in people]
    change = releasing()
    operation = do(change, *people, by=author)
    if accepted:
        revisions.accept(revision=Revision.objects.earliest("pk"), by=other)
    operations.undo(operation=operation, by=other, reason="Denied.")
    assert [seen(one) for one in people] == before
    assert not Revision.objects.filter(outcome=Revision.Outcome.OPEN).exists()
    assert not Detention.objects.exclude(end_kind="").exists()
    kept = ReleaseOutcome.objects.all()
    assert [one.state for one in kept] == [State.WITHDRAWN] * accepted
    for one in kept:
        assert told(one)[-1] == ("withdrawn", "published", "withdrawn", other, "Denied.")
    steps_tell_all()
    do(change, *people, by=author)
    assert {one.state for one in ReleaseOutcome.objects.all()} == {State.DRAFT}
    steps_tell_all()
    for one in Revision.objects.filter(outcome=Revision.Outcome.OPEN):
        revisions.accept(revision=one, by=other)
    assert {one.state for one in ReleaseOutcome.objects.all()} == {State.PUBLISHED}


def test_the_preview_says_what_is_public_at_once_and_what_waits(
    client: Client, author: Any, settings: Any
) -> None:
    sign_in(client, author)
    people = [held("Test Adzin", published=True), held("Test Dva")]
    values = entries_of(releasing())
    words = said(step(client, "release", *people, **values))
    assert "Proposed, and public once somebody else has accepted it: 1 person." in words
    assert "Public at once" not in words
    assert "it, once somebody else has accepted it" in words
    assert "nothing: for the desk alone" in words
    settings.ONE_PERSON_TEAM = True
    shown = step(client, "release", *people, **values)
    assert "Public at once: 1 person." in said(shown)
    # What was looked at is not done if it would be public in another way by then.
    settings.ONE_PERSON_TEAM = False
    late = step(client, "release", *people, **values, seen=shown.context["seen"], _do="1")
    assert "Something has changed since you looked at it." in said(late)
    ready = step(client, "release", *people, **values).context["seen"]
    done = step(client, "release", *people, **values, seen=ready, _do="1")
    page = client.get(done.url)
    assert "Proposed with it, and waiting for somebody else" in said(page)
    assert [url for _words, url in page.context["proposals"]] == [
        reverse("admin:prisoners_revision_change", args=[Revision.objects.get().pk])
    ]


def test_somebody_else_accepts_all_of_it_at_once_but_what_was_changed_since(
    client: Client, author: Any, other: Any
) -> None:
    people = [held(f"Test {one}", published=True) for one in ("Adzin", "Dva", "Try")]
    operation = do(confirming(), *people, by=author)
    with recorded(by=author):
        changed = detention_of(people[2])
        changed.last_confirmed = "2025-01-01"
        changed.save()
    page = operation_page(operation)
    own = sign_in(Client(), author)
    assert "Accept all of them" not in said(own.get(page))
    words = said(own.post(page, {"_accept": "1"}, follow=True))
    assert "Somebody else than whoever proposed it accepts a revision." in words
    assert Revision.objects.filter(outcome=Revision.Outcome.OPEN).count() == 3
    researcher = sign_in(Client(), account(Role.RESEARCHER, name="researcher"))
    assert researcher.post(page, {"_accept": "1"}).status_code == 403
    sign_in(client, other)
    assert "Accept all of them and make them public" in said(client.get(page))
    words = said(client.post(page, {"_accept": "1"}, follow=True))
    assert "2 proposals are accepted" in words
    assert "was changed since" in words
    assert ["6 May 2025" in seen(one) for one in people] == [True, True, False]


# Merging


def pair(**draft: Any) -> tuple[Prisoner, Prisoner]:
    """Make somebody public whose birth is known, and a draft of them that says more."""
    kept = PrisonerFactory.create(published=True, name__text="Test Adzin", birth="1980")
    cite(kept)
    values = {"birth": "1979", "occupation": "Printer", **draft}
    merged = PrisonerFactory.create(name__text="Test Dva", **values)
    cite(merged, "birth")
    cite(merged, "occupation")
    return kept, merged


def both_public(**draft: Any) -> tuple[Prisoner, Prisoner]:
    kept, merged = pair(**draft)
    cite(merged)
    for source in {one.source for one in Citation.objects.filter(prisoner=merged)}:
        workflow.publish(record=source)
    workflow.publish(record=merged)
    return kept, again(merged)


def merge(kept: Prisoner, merged: Prisoner, by: Any, birth: str = "merged") -> Operation:
    choices = {f"prisoner-{kept.pk}-{merged.pk}-birth": birth}
    values: dict[str, Any] = {"kept": kept, "merged": merged, "choices": choices}
    if not merging.plan(**values, by=by).takes_two:
        return merging.merge(**values, by=by, reason=REASON)
    proposer = account(Role.EDITOR, name="proposer")
    proposal = merging.propose(**values, by=proposer, reason=REASON)
    return merging.accept(proposal=proposal, by=by)


def again(record: Any) -> Any:
    return type(record)._default_manager.get(pk=record.pk)


def test_nothing_of_a_draft_becomes_public_by_being_merged(author: Any, other: Any) -> None:
    kept, merged = pair()
    before = seen(kept)
    merge(kept, merged, author)
    assert seen(kept) == before
    now = again(kept)
    assert (str(now.birth), now.occupation, again(merged).state) == ("1980", "", State.WITHDRAWN)
    [revision] = Revision.objects.all()
    assert (revision.kind, revision.record, revision.by) == ("prisoner", kept.pk, author)
    with pytest.raises(ValidationError, match="Somebody else"):
        revisions.accept(revision=revision, by=author)
    for source in {one.source for one in Citation.objects.all()}:
        if source.state != State.PUBLISHED:
            workflow.publish(record=source, by=other)
    revisions.accept(revision=revision, by=other)
    now = again(kept)
    assert (str(now.birth), now.occupation) == ("1979", "Printer")
    said_of_birth = {
        (one.stance, one.value) for one in now.citations.published().filter(field="birth")
    }
    assert said_of_birth == {("supports", ""), ("contradicts", "1980")}
    assert "1979" in seen(kept)
    assert PrisonerName.objects.get(text="Test Dva").state == State.DRAFT


def test_what_a_draft_says_without_a_source_is_not_accepted_either(author: Any, other: Any) -> None:
    kept = PrisonerFactory.create(published=True, name__text="Test Adzin")
    cite(kept, "gender")
    merge(kept, PrisonerFactory.create(occupation="Printer"), author)
    with pytest.raises(ValidationError, match="occupation” has no source"):
        revisions.accept(revision=Revision.objects.get(), by=other)
    assert again(kept).occupation == ""


def test_of_two_public_people_what_was_public_stays_so(author: Any) -> None:
    kept, merged = both_public()
    merge(kept, merged, author)
    now = again(kept)
    assert (str(now.birth), now.occupation) == ("1979", "Printer")
    assert not Revision.objects.exists()
    assert told(again(merged))[-1] == ("withdrawn", "published", "withdrawn", author, REASON)
    steps_tell_all()


@pytest.mark.parametrize("accepted", [False, True])
def test_a_merge_is_undone_with_what_it_proposed(author: Any, other: Any, accepted: bool) -> None:
    kept, merged = pair()
    before = seen(kept)
    operation = merge(kept, merged, author)
    if accepted:
        for source in {one.source for one in Citation.objects.all()}:
            if source.state != State.PUBLISHED:
                workflow.publish(record=source, by=other)
        revisions.accept(revision=Revision.objects.get(), by=other)
    merging.undo(operation=operation, by=author, reason="They are two.")
    assert (str(again(kept).birth), again(kept).occupation) == ("1980", "")
    assert (str(again(merged).birth), again(merged).state) == ("1979", State.DRAFT)
    assert not Revision.objects.filter(outcome=Revision.Outcome.OPEN).exists()
    assert seen(kept) == before
    assert told(again(merged)) == [
        ("withdrawn", "draft", "withdrawn", author, REASON),
        ("taken_up", "withdrawn", "draft", author, "They are two."),
    ]
    steps_tell_all()


def test_the_page_says_before_a_merge_what_would_wait(client: Client, author: Any) -> None:
    sign_in(client, author)
    kept, merged = pair()
    page = reverse("admin:prisoners_duplicatecandidate_compare", args=[kept.pk, merged.pk])
    name = f"choice-prisoner-{kept.pk}-{merged.pk}-birth"
    words = said(client.post(page, {"keep": kept.pk, name: "merged", "reason": REASON}))
    assert "What “Test Adzin” will say once somebody else has accepted it" in words
    assert "What changes here is public at once." not in words


def test_a_refused_merge_leaves_the_picture_of_the_merged_person(author: Any, other: Any) -> None:
    kept, merged = pair()
    Prisoner.objects.filter(pk=merged.pk).update(
        portrait="portraits/test.jpg", portrait_rights="Made up"
    )
    merge(kept, again(merged), author, birth="kept")
    revisions.refuse(revision=Revision.objects.get(), by=other, reason="No.")
    assert again(merged).portrait.name == "portraits/test.jpg"
    assert again(kept).portrait.name == ""


# Imports


def listed() -> Import:
    """Import a list and publish somebody of it."""
    one, _said = brought([viasna_row(1)])
    assert one.source is not None
    for record in (one.source, Facility.objects.get(), Prisoner.objects.get()):
        workflow.publish(record=record)
    return one


def decided(by: Any) -> Prisoner:
    """Import a list, publish somebody of it, and take the list's word on a public fact."""
    one = listed()
    two = previewed([viasna_row(1, birthday="1990-01-03")], by=by)
    two.source = one.source
    two.save()
    running.decide(row=two.rows.get(), what="birth", choice="take")
    running.run(one=two, by=by)
    return Prisoner.objects.get()


def test_an_import_proposes_what_it_takes_over_of_public_people(author: Any, other: Any) -> None:
    person = decided(author)
    assert str(person.birth) == "1990-01-02"
    revision = Revision.objects.get()
    [made] = revision.added
    citation = Citation.objects.get(pk=made[1])
    assert (citation.field, citation.state) == ("birth", State.DRAFT)
    desk = sign_in(Client(), author)
    operation = Operation.objects.get(revisions=revision)
    imported = reverse("admin:prisoners_import_change", args=[operation.import_run.pk])
    shown = desk.get(imported).context["proposed_page"]
    assert shown == operation_page(operation)
    assert imported in desk.get(shown).content.decode()
    with pytest.raises(ValidationError, match="Somebody else"):
        revisions.accept(revision=revision, by=author)
    revisions.accept(revision=revision, by=other)
    assert str(again(person).birth) == "1990-01-03"
    assert again(citation).state == State.PUBLISHED
    one = Operation.objects.latest("pk").import_run
    undo = reverse("admin:prisoners_import_undo", args=[one.pk])
    researcher = sign_in(Client(), account(Role.RESEARCHER, name="researcher"))
    assert researcher.post(undo, {"reason": "x"}).status_code == 403
    assert str(again(person).birth) == "1990-01-03"
    running.undo(one=one, by=other, reason="Wrong list.")
    assert str(again(person).birth) == "1990-01-02"
    assert again(citation).state == State.WITHDRAWN
    steps_tell_all()


def test_a_researcher_takes_a_lists_word_on_a_public_fact_and_it_is_proposed(
    client: Client, other: Any
) -> None:
    researcher = account(Role.RESEARCHER, name="researcher")
    source, person = listed().source, Prisoner.objects.get()
    before = seen(person)
    one = previewed([viasna_row(1, birthday="1990-01-03")], by=researcher)
    one.source = source
    one.save()
    page = reverse("admin:prisoners_import_change", args=[one.pk])
    sign_in(client, researcher)
    words = said(client.get(page))
    assert "What is public does not change by the import" in words
    assert "Propose the list's" in words
    assert "Take the list's" not in words
    decide = reverse("admin:prisoners_import_decide", args=[one.pk, one.rows.get().pk])
    words = said(client.post(decide, {"what": "birth", "choice": "take"}, follow=True))
    assert "the list's is proposed" in words
    client.post(reverse("admin:prisoners_import_run", args=[one.pk]))
    assert seen(person) == before
    revision = Revision.objects.get()
    assert (revision.by, revision.changes[0]["fields"]) == (
        researcher,
        {"birth": ["1990-01-02", "1990-01-03"]},
    )
    done = client.get(page)
    assert "the list's is proposed" in said(done)
    assert done.context["proposed_page"]
    report = client.get(reverse("admin:prisoners_import_report", args=[one.pk]))
    assert "1990-01-03 (proposed)" in b"".join(report.streaming_content).decode()  # type: ignore[attr-defined]  # it streams
    accept = reverse("admin:prisoners_revision_accept", args=[revision.pk])
    assert client.post(accept).status_code == 403
    sign_in(client, other).post(accept)
    assert str(again(person).birth) == "1990-01-03"
    assert "3 January 1990" in seen(person)
    steps_tell_all()


@pytest.mark.usefixtures("one_person_team")
def test_a_researcher_beside_one_who_works_alone_proposes_what_they_take() -> None:
    person = decided(account(Role.RESEARCHER, name="researcher"))
    assert str(person.birth) == "1990-01-02"
    assert Revision.objects.get().by.username == "researcher"


def test_what_a_list_says_every_month_is_proposed_once(author: Any) -> None:
    person = decided(author)
    researcher = account(Role.RESEARCHER, name="researcher")
    for birth in ("1990-01-03", "1990-01-04"):
        one = previewed([viasna_row(1, birthday=birth)], by=researcher)
        running.decide(row=one.rows.get(), what="birth", choice="take", by=researcher)
        running.run(one=one, by=researcher)
    assert str(again(person).birth) == "1990-01-02"
    proposed = Revision.objects.order_by("pk").values_list("by__username", "changes")
    assert [(by, said[0]["fields"]["birth"][1]) for by, said in proposed] == [
        ("author", "1990-01-03"),
        ("researcher", "1990-01-04"),
    ]


def test_what_was_withdrawn_is_taken_from_a_list_by_an_editor_alone(
    client: Client, other: Any
) -> None:
    researcher = account(Role.RESEARCHER, name="researcher")
    listed()
    person = Prisoner.objects.get()
    workflow.withdraw(record=person, reason="A test.")
    one = previewed([viasna_row(1, birthday="1990-01-03")], by=researcher)
    row = one.rows.get()
    page = reverse("admin:prisoners_import_change", args=[one.pk])
    words = said(sign_in(client, researcher).get(page))
    assert "the record was withdrawn from the public" in words
    assert "Only an editor who runs the import can take the list's." in words
    assert 'value="take"' not in client.get(page).content.decode()
    with pytest.raises(ValidationError, match="only an editor"):
        running.decide(row=row, what="birth", choice="take", by=researcher)
    running.decide(row=row, what="birth", choice="take", by=other)
    running.run(one=one, by=researcher)
    assert str(again(person).birth) == "1990-01-02"
    two = previewed([viasna_row(1, birthday="1990-01-03")], by=researcher)
    running.decide(row=two.rows.get(), what="birth", choice="take", by=other)
    running.run(one=two, by=other)
    assert str(again(person).birth) == "1990-01-03"
    assert not Revision.objects.exists()


def test_an_import_that_is_undone_takes_its_proposals_back(author: Any) -> None:
    decided(author)
    one = Operation.objects.latest("pk").import_run
    running.undo(one=one, by=author, reason="Wrong list.")
    assert Revision.objects.get().outcome == Revision.Outcome.TAKEN_BACK


@pytest.mark.usefixtures("one_person_team")
def test_of_a_one_person_team_the_list_is_taken_at_once(author: Any) -> None:
    assert str(decided(author).birth) == "1990-01-03"


# Undoing, and putting back


def test_undoing_publishes_nothing_that_was_entered_since(author: Any) -> None:
    kept, merged = both_public(occupation="")
    operation = merge(kept, merged, author, birth="kept")
    with recorded(by=author):
        gone = again(merged)
        gone.biography = "Nobody has looked at this."
        gone.save()
    with pytest.raises(ValidationError, match="biography"):
        merging.undo(operation=operation, by=author, reason="They are two.")
    assert again(merged).state == State.WITHDRAWN


def test_undoing_gives_no_public_record_what_it_said_as_a_draft(author: Any) -> None:
    person = PrisonerFactory.create(occupation="Never looked at")
    cite(person, source=SourceFactory.create(published=True))
    operation = Operation.objects.create(kind=OperationKind.BULK, by=author)
    with recorded(by=author, operation=operation):
        person.occupation = "Printer"
        person.save()
    workflow.publish(record=person)
    with pytest.raises(ValidationError, match="published, which it was not"):
        operations.undo(operation=operation, by=author, reason="x")
    assert again(person).occupation == "Printer"


@pytest.mark.parametrize("state", [State.DRAFT, State.PUBLISHED])
def test_what_is_made_again_out_of_its_history_is_not_public(state: State, author: Any) -> None:
    record = SourceFactory.create(state=state)
    number = record.pk
    record.delete()
    row = type(record).history.filter(id=number, history_type="+").get()
    made = putting_back.put_back(row=row, fields=[], by=author, reason="By mistake.")
    if state == State.DRAFT:
        assert (made.state, told(made)) == (State.DRAFT, [])
    else:
        assert made.state == State.WITHDRAWN
        assert told(made) == [("withdrawn", "published", "withdrawn", author, "By mistake.")]


# Steps


def test_a_withdrawn_record_is_a_draft_again_by_a_step(author: Any) -> None:
    source = SourceFactory.create(published=True)
    workflow.withdraw(record=source, by=author, reason="x")
    workflow.take_up(record=source, by=author, reason="Once more.")
    assert told(source)[-1] == ("taken_up", "withdrawn", "draft", author, "Once more.")
    workflow.take_up(record=source, by=author)
    assert len(told(source)) == 2


def test_a_spelling_that_is_public_with_the_other_record_says_why_it_is_public(
    author: Any,
) -> None:
    kept, merged = both_public()
    ours = PrisonerName.objects.create(prisoner=kept, text="Test Dva", language="en")
    merge(kept, merged, author)
    assert told(again(ours)) == [("published", "draft", "published", author, REASON)]


def test_operation_pages_are_for_whoever_reads_the_desk(client: Client, author: Any) -> None:
    sign_in(client, account(Role.VIEWER, name="viewer"))
    operation = do(releasing(), held(published=True), by=author)
    page = client.get(operation_page(operation))
    assert "waiting for somebody else" in said(page)
    assert not page.context["can_undo"]
