"""A change to what is public is proposed, shown as a difference, and public once accepted."""

from __future__ import annotations

import io
import threading
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image

from prisoners.desk import revisions, workflow
from prisoners.models import (
    Actor,
    Affiliation,
    Citation,
    Detention,
    Prisoner,
    PrisonerName,
    Revision,
    Role,
    State,
)
from prisoners.reading.review import proposed, proposed_for
from tests.desk import account, sign_in
from tests.factories import (
    ActorFactory,
    AffiliationFactory,
    DetentionFactory,
    PrisonerFactory,
    PrisonerNameFactory,
    ReleaseDestinationFactory,
    ReleaseFactory,
    SourceFactory,
    cite,
)
from tests.reviewing import give_sources
from tests.test_admin import Entries, address, row, said, save

pytestmark = pytest.mark.django_db


@pytest.fixture
def researcher() -> Any:
    return account(Role.RESEARCHER, name="researcher")


@pytest.fixture
def editor() -> Any:
    return account(Role.EDITOR, name="editor")


@pytest.fixture
def proposer(researcher: Any) -> Client:
    return sign_in(Client(), researcher)


@pytest.fixture
def reviewer(editor: Any) -> Client:
    return sign_in(Client(), editor)


@pytest.fixture
def public() -> Prisoner:
    """A published person with a name and a detention, cited as a whole."""
    person: Prisoner = PrisonerFactory.create(
        published=True, occupation="Clerk", name__text="Test Person"
    )
    DetentionFactory.create(prisoner=person, place="Here", state=State.PUBLISHED)
    cite(person, source=SourceFactory.create(published=True), state=State.PUBLISHED)
    return person


def page_of(record: Any) -> str:
    return address(type(record), "change", record.pk)


def decide(who: Client, verb: str, revision: Revision, **values: Any) -> Any:
    return who.post(address(Revision, verb, revision.pk), values, follow=True)


def seen(person: Prisoner) -> str:
    return said(Client().get(person.get_absolute_url()))


# Proposing


def test_a_change_to_a_public_record_is_proposed_and_visitors_see_none(
    proposer: Client, researcher: Any, public: Prisoner
) -> None:
    assert "what you change here is proposed" in said(proposer.get(page_of(public)))
    response = save(
        proposer, page_of(public), {"detentions-0-place": "There"}, occupation="Baker",
        _why="Paragraph 4 says so",
    )  # fmt: skip
    assert "waits for somebody else's review" in said(proposer.get(response.url))
    public.refresh_from_db()
    assert (public.occupation, Detention.objects.get().place) == ("Clerk", "Here")
    assert "Baker" not in seen(public)
    [revision] = Revision.objects.all()
    assert (revision.by, revision.reason) == (researcher, "Paragraph 4 says so")
    assert revision.changes == [
        {"kind": "prisoner", "record": public.pk, "fields": {"occupation": ["Clerk", "Baker"]}},
        {
            "kind": "detention",
            "record": Detention.objects.get().pk,
            "fields": {"place": ["Here", "There"]},
        },
    ]
    assert list(proposed()) == list(proposed_for(public)) == [revision]


def test_editors_propose_too_unless_one_person_is_the_team(
    reviewer: Client, public: Prisoner
) -> None:
    save(reviewer, page_of(public), occupation="Baker")
    public.refresh_from_db()
    assert (public.occupation, Revision.objects.count()) == ("Clerk", 1)


@pytest.mark.usefixtures("one_person_team")
def test_where_one_person_is_the_team_an_editor_changes_at_once_and_a_researcher_proposes(
    proposer: Client, reviewer: Client, public: Prisoner
) -> None:
    save(reviewer, page_of(public), occupation="Baker")
    public.refresh_from_db()
    assert (public.occupation, Revision.objects.count()) == ("Baker", 0)
    save(proposer, page_of(public), occupation="Cook")
    public.refresh_from_db()
    assert (public.occupation, Revision.objects.count()) == ("Baker", 1)


def test_saving_without_a_change_proposes_nothing(proposer: Client, public: Prisoner) -> None:
    assert save(proposer, page_of(public)).status_code == 302
    assert not Revision.objects.exists()


def test_a_proposal_that_breaks_a_rule_is_refused_at_its_field(
    proposer: Client, public: Prisoner
) -> None:
    response = save(proposer, page_of(public), birth="1980", death="1970", occupation="Baker")
    assert "The death comes before the birth." in said(response)
    assert "Baker" in response.content.decode()
    assert not Revision.objects.exists()


def test_draft_parts_are_added_at_once_as_before(proposer: Client, public: Prisoner) -> None:
    added = row("names", 1, 2, text="Тэст", language="be", script="Cyrl", kind="own")
    save(proposer, page_of(public), added)
    assert PrisonerName.objects.get(text="Тэст").state == State.DRAFT
    assert not Revision.objects.exists()


def test_a_citation_entered_with_a_change_comes_with_it(
    proposer: Client, reviewer: Client, public: Prisoner
) -> None:
    source = SourceFactory.create(published=True, title="Test new source")
    cited = row("citations", 1, 2, source=source.pk, field="occupation", stance="supports")
    save(proposer, page_of(public), cited, occupation="Baker")
    citation = Citation.objects.get(source=source)
    assert citation.state == State.DRAFT
    [revision] = Revision.objects.all()
    assert revision.added == [["citation", citation.pk]]
    words = said(reviewer.get(page_of(revision)))
    assert "Occupation Clerk Baker Test new source (supports; draft)" in words
    assert "Drafts that become public with it Citation: Test new source" in words
    decide(reviewer, "accept", revision)
    citation.refresh_from_db()
    assert citation.state == State.PUBLISHED
    assert "Baker" in seen(public)


def test_what_is_kept_from_the_public_takes_effect_at_once(
    reviewer: Client, public: Prisoner
) -> None:
    save(reviewer, page_of(public), disclosure="withheld", disclosure_reason="Threatened",
         occupation="Baker")  # fmt: skip
    public.refresh_from_db()
    assert (public.disclosure, public.occupation) == ("withheld", "Clerk")
    [revision] = Revision.objects.all()
    assert "Threatened" not in str(revision.changes)


def test_a_shown_spelling_is_proposed_to_move_and_stays_until_it_is_accepted(
    proposer: Client, reviewer: Client, public: Prisoner
) -> None:
    new = PrisonerNameFactory.create(prisoner=public, text="Second", state=State.PUBLISHED)
    entries = Entries(proposer.get(page_of(public)).content.decode()).values
    del entries["names-0-is_display"]
    proposer.post(page_of(public), {**entries, "names-1-is_display": "on", "_save": "1"})
    assert PrisonerName.objects.get(is_display=True).text == "Test Person"
    decide(reviewer, "accept", Revision.objects.get())
    assert PrisonerName.objects.get(is_display=True) == new


def test_a_picture_is_proposed_and_gone_when_it_is_refused(
    proposer: Client, reviewer: Client, public: Prisoner,
    django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    drawn = io.BytesIO()
    Image.new("RGB", (40, 40), "red").save(drawn, "PNG")
    picture = SimpleUploadedFile("a.png", drawn.getvalue(), "image/png")
    save(proposer, page_of(public), portrait=picture, portrait_rights="Test rights")
    public.refresh_from_db()
    assert not public.portrait
    [revision] = Revision.objects.all()
    _before, name = revision.changes[0]["fields"]["portrait"]
    kept = Path(settings.MEDIA_ROOT) / name
    assert kept.exists()
    with django_capture_on_commit_callbacks(execute=True):
        decide(reviewer, "refuse", revision, reason="Not the person")
    assert not kept.exists()


def test_a_withdrawn_record_stays_an_editors(proposer: Client, public: Prisoner) -> None:
    workflow.withdraw(record=public, reason="Test reason")
    page = proposer.get(page_of(public)).content.decode()
    assert 'name="_save"' not in page
    assert proposer.post(page_of(public), {"occupation": "Baker"}).status_code == 403


def test_what_is_public_is_put_back_from_its_history_by_proposing_it(
    reviewer: Client, public: Prisoner
) -> None:
    Prisoner.objects.filter(pk=public.pk).update(occupation="Baker")
    row = Prisoner.history.filter(id=public.pk).earliest("history_id")
    reviewer.post(address(Prisoner, "put_back", public.pk, row.pk), {"reason": "As it was"})
    public.refresh_from_db()
    assert public.occupation == "Baker"
    [revision] = Revision.objects.all()
    assert revision.changes[0]["fields"] == {"occupation": ["Baker", "Clerk"]}
    assert revision.reason == "As it was"


# Deciding


def test_an_accepted_revision_is_public_at_once_and_says_who_decided(
    proposer: Client, reviewer: Client, editor: Any, public: Prisoner
) -> None:
    save(proposer, page_of(public), {"detentions-0-place": "There"}, occupation="Baker")
    revision = give_sources(Revision.objects.get())
    page = decide(reviewer, "accept", revision, reason="Checked")
    assert "visitors see the record as proposed" in said(page)
    public.refresh_from_db()
    assert (public.occupation, Detention.objects.get().place) == ("Baker", "There")
    assert "Baker" in seen(public)
    revision.refresh_from_db()
    assert (revision.outcome, revision.decided_by, revision.answer) == (
        "accepted", editor, "Checked"
    )  # fmt: skip
    last = Prisoner.history.filter(id=public.pk).latest("history_id")
    assert (last.occupation, last.history_user, last.history_change_reason) == (
        "Baker", editor, "Checked"
    )  # fmt: skip


def test_nobody_accepts_what_they_proposed_themselves(reviewer: Client, public: Prisoner) -> None:
    save(reviewer, page_of(public), occupation="Baker")
    page = decide(reviewer, "accept", Revision.objects.get())
    assert "Somebody else than whoever proposed it accepts a revision." in said(page)
    public.refresh_from_db()
    assert public.occupation == "Clerk"


def test_a_researcher_decides_nothing_and_a_viewer_reads(
    proposer: Client, public: Prisoner, editor: Any
) -> None:
    save(proposer, page_of(public), occupation="Baker")
    revision = Revision.objects.get()
    for verb in ("accept", "refuse"):
        assert decide(proposer, verb, revision, reason="x").status_code == 403
    viewer = sign_in(Client(), account(Role.VIEWER, name="viewer"))
    page = viewer.get(page_of(revision))
    assert "Clerk" in said(page)
    assert "desk-verb" not in page.content.decode()
    assert decide(viewer, "take_back", revision).status_code == 403
    assert decide(sign_in(Client(), editor), "take_back", revision).status_code == 403
    revision.refresh_from_db()
    assert revision.is_open


def test_to_refuse_takes_a_reason_which_the_proposer_reads(
    proposer: Client, reviewer: Client, public: Prisoner
) -> None:
    save(proposer, page_of(public), occupation="Baker")
    revision = Revision.objects.get()
    assert "Say why it is refused" in said(decide(reviewer, "refuse", revision, reason=" "))
    decide(reviewer, "refuse", revision, reason="The source says clerk")
    words = said(proposer.get(page_of(revision)))
    assert "Refused" in words
    assert "Decided by editor" in words
    assert "The source says clerk" in words
    public.refresh_from_db()
    assert public.occupation == "Clerk"


def test_a_proposer_takes_a_proposal_back(proposer: Client, public: Prisoner) -> None:
    save(proposer, page_of(public), occupation="Baker")
    revision = Revision.objects.get()
    assert "It is taken back" in said(decide(proposer, "take_back", revision))
    assert not proposed().exists()


def test_a_proposer_changes_a_proposal_on_the_form_that_shows_it(
    proposer: Client, public: Prisoner
) -> None:
    save(proposer, page_of(public), {"detentions-0-place": "There"}, occupation="Baker")
    revision = Revision.objects.get()
    page = f"{page_of(public)}?revision={revision.pk}"
    assert page in proposer.get(page_of(revision)).content.decode()
    entries = Entries(proposer.get(page).content.decode()).values
    assert (entries["occupation"], entries["detentions-0-place"]) == ("Baker", "There")
    save(proposer, page, occupation="Cook")
    [changed] = Revision.objects.all()
    assert changed.pk == revision.pk
    fields = {one["kind"]: one["fields"] for one in changed.changes}
    assert fields["prisoner"] == {"occupation": ["Clerk", "Cook"]}
    assert fields["detention"] == {"place": ["Here", "There"]}


def test_nobody_opens_a_form_with_somebody_elses_proposal(
    proposer: Client, reviewer: Client, public: Prisoner
) -> None:
    save(proposer, page_of(public), occupation="Baker")
    page = f"{page_of(public)}?revision={Revision.objects.get().pk}"
    assert Entries(reviewer.get(page).content.decode()).values["occupation"] == "Clerk"
    save(reviewer, page, occupation="Cook")
    assert Revision.objects.count() == 2


def test_a_decided_revision_is_decided_once(
    proposer: Client, reviewer: Client, public: Prisoner
) -> None:
    save(proposer, page_of(public), occupation="Baker")
    revision = give_sources(Revision.objects.get())
    decide(reviewer, "accept", revision)
    for verb in ("accept", "refuse"):
        words = said(decide(reviewer, verb, revision, reason="Again"))
        assert "Somebody has decided this already." in words


def test_what_was_changed_since_is_told_and_accepted_only_knowingly(
    proposer: Client, reviewer: Client, public: Prisoner
) -> None:
    save(proposer, page_of(public), occupation="Baker")
    revision = Revision.objects.get()
    Prisoner.objects.update(occupation="Cook")
    words = said(reviewer.get(page_of(revision)))
    assert "Occupation was changed since it was proposed: it is “Cook” now." in words
    words = said(decide(reviewer, "accept", revision))
    assert "was changed since. It was “Clerk”, is “Cook” now, and “Baker” is proposed." in words
    public.refresh_from_db()
    assert public.occupation == "Cook"
    give_sources(revision)
    decide(reviewer, "accept", revision, knowingly="on")
    public.refresh_from_db()
    assert public.occupation == "Baker"


def test_a_new_public_fact_without_a_source_is_not_accepted(
    proposer: Client, reviewer: Client
) -> None:
    person = PrisonerFactory.create(published=True, name__text="Test Person")
    cite(person.names.get(), "text", SourceFactory.create(published=True), state=State.PUBLISHED)
    save(proposer, page_of(person), occupation="Baker")
    revision = Revision.objects.get()
    words = said(decide(reviewer, "accept", revision))
    assert "Test Person: “occupation” has no source of its own" in words
    person.refresh_from_db()
    assert person.occupation == ""
    cite(person, "occupation", SourceFactory.create(published=True))
    decide(reviewer, "accept", revision)
    person.refresh_from_db()
    assert person.occupation == "Baker"
    assert Citation.objects.get(field="occupation").state == State.PUBLISHED


def test_what_would_hang_on_a_record_that_is_not_public_is_not_accepted(
    proposer: Client, reviewer: Client
) -> None:
    affiliation = AffiliationFactory.create(published=True)
    cite(affiliation, source=SourceFactory.create(published=True), state=State.PUBLISHED)
    draft = ActorFactory.create(name="Test draft actor")
    save(proposer, page_of(affiliation), actor=draft.pk)
    words = said(decide(reviewer, "accept", give_sources(Revision.objects.get())))
    assert "“Test draft actor” is not public yet; publish it first." in words
    assert Affiliation.objects.get().actor != draft


def test_a_headcount_and_its_destinations_are_accepted_in_the_order_that_their_rule_allows(
    proposer: Client, reviewer: Client
) -> None:
    for before, after in ((2, 5), (5, 2)):
        release = ReleaseFactory.create(published=True, headcount=before)
        ReleaseDestinationFactory.create(release=release, headcount=before, state=State.PUBLISHED)
        cite(release, source=SourceFactory.create(published=True), state=State.PUBLISHED)
        save(proposer, page_of(release), {"destinations-0-headcount": after}, headcount=after)
        decide(reviewer, "accept", give_sources(Revision.objects.get(outcome="open")))
        release.refresh_from_db()
        assert (release.headcount, release.destinations.get().headcount) == (after, after)


def test_a_revision_goes_wrong_as_a_whole_or_not_at_all(
    editor: Any, researcher: Any, public: Prisoner
) -> None:
    detention = Detention.objects.get()
    revision = revisions.propose(
        record=public, by=researcher,
        changes={
            ("prisoner", public.pk): {"occupation": ["Clerk", "Baker"]},
            ("detention", detention.pk): {"end_kind": ["", "nonsense"]},
        },
    )  # fmt: skip
    with pytest.raises(ValidationError, match="nonsense"):
        revisions.accept(revision=revision, by=editor)
    public.refresh_from_db()
    revision.refresh_from_db()
    assert (public.occupation, revision.is_open) == ("Clerk", True)


def test_a_long_text_is_shown_with_the_words_that_differ(
    proposer: Client, reviewer: Client, public: Prisoner
) -> None:
    text = "A long text that is longer than what stands side by side, about nobody in particular. "
    Prisoner.objects.update(biography=text * 2)
    save(proposer, page_of(public), biography=text + text.replace("nobody", "somebody"))
    html = reviewer.get(page_of(Revision.objects.get())).content.decode()
    assert "<del>nobody </del><ins>somebody </ins>" in html


def test_a_revision_of_a_part_that_is_gone_can_only_be_refused(
    editor: Any, researcher: Any, reviewer: Client, public: Prisoner
) -> None:
    changes: Any = {("prisonername", 10**9): {"text": ["A", "B"]}}
    revision = revisions.propose(record=public, by=researcher, changes=changes)
    assert "a record that is gone" in said(reviewer.get(page_of(revision)))
    with pytest.raises(ValidationError, match="can only be refused"):
        revisions.accept(revision=revision, by=editor)
    revisions.refuse(revision=revision, by=editor, reason="Gone")


# Lists


def test_revisions_are_listed_with_what_they_change_the_undecided_first(
    proposer: Client, reviewer: Client, public: Prisoner
) -> None:
    actor = ActorFactory.create(published=True, name="Test Actor")
    save(proposer, page_of(actor), name="Test Renamed")
    save(proposer, page_of(public), occupation="Baker")
    decide(reviewer, "refuse", Revision.objects.get(kind="prisoner"), reason="No")
    words = said(reviewer.get(address(Revision, "changelist")))
    assert words.index("Test Actor") < words.index("Test Person")
    assert Actor.objects.get().name == "Test Actor"


def test_a_list_of_revisions_asks_as_often_for_many_as_for_few(
    reviewer: Client, researcher: Any
) -> None:
    counts = []
    for _round in range(2):
        for _number in range(3):
            person = PrisonerFactory.create(published=True)
            change: Any = {("prisoner", person.pk): {"occupation": ["", "Baker"]}}
            revisions.propose(record=person, by=researcher, changes=change)
        with CaptureQueriesContext(connection) as queries:
            assert reviewer.get(address(Revision, "changelist")).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_page_of_a_record_lists_what_is_proposed_for_it(
    proposer: Client, reviewer: Client, public: Prisoner
) -> None:
    save(proposer, page_of(public), occupation="Baker", _why="A better source")
    page = reviewer.get(page_of(public))
    assert "Proposed by researcher" in said(page)
    assert "A better source" in said(page)
    assert page_of(Revision.objects.get()) in page.content.decode()


# Two connections


@pytest.mark.django_db(transaction=True)
def test_of_two_who_decide_at_the_same_moment_one_is_told() -> None:
    proposer, editors = account(Role.RESEARCHER), [
        account(Role.EDITOR, name=f"editor-{number}") for number in range(2)
    ]  # fmt: skip
    person = PrisonerFactory.create(published=True, occupation="Clerk")
    cite(person, source=SourceFactory.create(published=True), state=State.PUBLISHED)
    change: Any = {("prisoner", person.pk): {"occupation": ["Clerk", "Baker"]}}
    revision = give_sources(revisions.propose(record=person, by=proposer, changes=change))
    together = threading.Barrier(2)
    said_to: list[str] = []

    def decide_one(number: int) -> None:
        try:
            together.wait(timeout=30)
            if number:
                revisions.refuse(revision=revision, by=editors[1], reason="No")
            else:
                revisions.accept(revision=revision, by=editors[0])
            said_to.append("done")
        except ValidationError as error:
            said_to.extend(error.messages)
        finally:
            connection.close()

    threads = [threading.Thread(target=decide_one, args=(number,)) for number in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(timeout=30)
    assert sorted(said_to) == ["Somebody has decided this already.", "done"]
    person.refresh_from_db()
    revision.refresh_from_db()
    assert (person.occupation == "Baker") == (revision.outcome == "accepted")
