"""A merge that visitors would notice takes two: one proposes it, another one looks and decides."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from prisoners.admin.duplicates import proposal_page
from prisoners.admin.operations import operation_page
from prisoners.desk import disclosure, merging, workflow
from prisoners.models import (
    Citation,
    FormerAddress,
    MergeProposal,
    Merger,
    Operation,
    Prisoner,
    Revision,
    Role,
    State,
    recorded,
)
from tests.desk import account, sign_in
from tests.factories import (
    ActorFactory,
    DetentionFactory,
    FormerAddressFactory,
    PrisonerFactory,
    RecognitionFactory,
    SourceFactory,
    StatementFactory,
    cite,
)
from tests.reader import read
from tests.test_admin import said
from tests.test_merging import (
    REASON,
    again,
    by,
    compare,
    conflicting,
    detained,
    facts,
    hidden,
    page_of,
    public,
    second,
)

pytestmark = pytest.mark.django_db


def propose(
    kept: Prisoner, merged: Prisoner, proposer: Any = None, **choices: Any
) -> MergeProposal:
    named = {
        name if "-" in name else f"prisoner-{kept.pk}-{merged.pk}-{name}": value
        for name, value in choices.items()
    }
    return merging.propose(
        kept=kept, merged=merged, choices=named, by=proposer or by(), reason=REASON
    )


def two() -> tuple[Prisoner, Prisoner]:
    return public("Test Adzin", slug="kept"), public("Test Dva", slug="merged")


def seen_by_visitors(*people: Prisoner) -> list[tuple[int, bytes]]:
    """Return the list, with its count, and the pages of some people."""
    paths = ["/prisoners/", *(f"/prisoners/{one.slug}/" for one in people)]
    pages = [Client().get(path) for path in paths]
    return [(page.status_code, page.content) for page in pages]


# What visitors would notice is not done by one


def test_one_editor_alone_changes_nothing_that_visitors_see() -> None:
    kept, merged = two()
    detained(merged, began="2021", ended="2022", end_kind="released")
    before, rows = seen_by_visitors(kept, merged), facts()
    with pytest.raises(ValidationError, match="it is proposed, and somebody else accepts it"):
        merging.merge(kept=kept, merged=merged, choices={}, by=by(), reason=REASON)
    proposal = propose(kept, merged)
    assert seen_by_visitors(kept, merged) == before
    assert {name: some for name, some in facts().items() if name != "User"} == {
        name: some for name, some in rows.items() if name != "User"
    }
    assert not Operation.objects.exists()
    assert not Merger.objects.exists()
    with pytest.raises(ValidationError, match="Somebody else than whoever proposed it"):
        merging.accept(proposal=proposal, by=by())
    assert seen_by_visitors(kept, merged) == before


def test_a_second_person_accepts_it_and_then_it_is_done() -> None:
    kept, merged = conflicting()
    proposal = propose(kept, merged, birth="merged")
    operation = merging.accept(proposal=proposal, by=second(), reason="I have read both.")
    assert again(kept).birth.text == "1982"
    assert Client().get(page_of(merged)).headers["Location"] == page_of(kept)
    assert (operation.by, operation.reason) == (second(), REASON)
    now = again(proposal)
    assert (now.outcome, now.decided_by, now.answer) == ("accepted", second(), "I have read both.")
    assert now.operation == operation
    for verb in (merging.accept, merging.refuse):
        with pytest.raises(ValidationError, match="decided this already"):
            verb(proposal=proposal, by=second(), reason="x")


def test_it_is_turned_down_with_a_reason_or_taken_back() -> None:
    kept, merged = two()
    proposal = propose(kept, merged)
    with pytest.raises(ValidationError, match="Say why it is refused"):
        merging.refuse(proposal=proposal, by=second(), reason=" ")
    merging.refuse(proposal=proposal, by=second(), reason="They are brothers.")
    now = again(proposal)
    assert (now.outcome, now.answer) == ("refused", "They are brothers.")
    other = propose(kept, merged)
    with pytest.raises(ValidationError, match="Only whoever proposed a merge takes it back"):
        merging.take_back(proposal=other, by=second())
    merging.take_back(proposal=other, by=by())
    assert again(other).outcome == "taken_back"
    assert not Merger.objects.exists()


def test_the_same_two_are_proposed_once_at_a_time() -> None:
    kept, merged = two()
    propose(kept, merged)
    for pair in ((kept, merged), (merged, kept)):
        with pytest.raises(ValidationError, match="proposed already"):
            propose(*pair, proposer=second())


def test_what_breaks_a_rule_is_told_when_it_is_proposed_and_nothing_is_kept() -> None:
    kept, merged = two()
    one = detained(kept, began="2021-01-01", ended="2022-01-01", end_kind="released")
    other = detained(merged, began="2021-06-01", ended="2022-06-01", end_kind="released")
    with pytest.raises(ValidationError, match="overlap the detention of"):
        propose(kept, merged, **{f"episode-{one.pk}-{other.pk}": "separate"})
    with pytest.raises(ValidationError, match="Say whether this is one detention"):
        propose(kept, merged)
    assert not MergeProposal.objects.exists()


# What they would not notice is done at once


def test_drafts_are_merged_at_once() -> None:
    kept, merged = PrisonerFactory.create_batch(2)
    with pytest.raises(ValidationError, match="needs nobody else"):
        propose(kept, merged)
    merging.merge(kept=kept, merged=merged, choices={}, by=by(), reason=REASON)
    assert again(merged).state == State.WITHDRAWN


def test_a_draft_goes_to_a_public_record_at_once_and_what_it_says_is_proposed() -> None:
    kept = public("Test Adzin", slug="kept")
    before = seen_by_visitors(kept)
    merged = PrisonerFactory.create(occupation="Printer")
    merging.merge(kept=kept, merged=merged, choices={}, by=by(), reason=REASON)
    assert seen_by_visitors(kept) == before
    assert Revision.objects.get().by == by()


@pytest.mark.parametrize("what", ["part", "statement", "address"])
def test_what_is_public_of_a_draft_is_noticed_where_it_goes(what: str) -> None:
    kept, merged = public("Test Adzin"), PrisonerFactory.create()
    if what == "part":
        RecognitionFactory.create(
            prisoner=merged, organisation=ActorFactory.create(published=True), state="published"
        )
    elif what == "statement":
        StatementFactory.create(speaker=None, prisoner=merged, text="Test.", state="published")
    else:
        FormerAddressFactory.create(prisoner=merged, slug="before-merged")
    before = seen_by_visitors(kept)
    with pytest.raises(ValidationError, match="it is proposed"):
        merging.merge(kept=kept, merged=merged, choices={}, by=by(), reason=REASON)
    proposal = propose(kept, merged)
    assert seen_by_visitors(kept) == before
    page = proposal_page(proposal)
    assert "The address of the merged record" not in said(sign_in(Client(), second()).get(page))
    merging.accept(proposal=proposal, by=second())


def test_a_withheld_record_that_is_counted_takes_two_as_well() -> None:
    kept, merged = two()
    Prisoner.objects.update(disclosure="withheld", disclosure_reason="x")
    merging.accept(proposal=propose(again(kept), again(merged)), by=second())
    assert not FormerAddress.objects.exists()


@pytest.mark.usefixtures("one_person_team")
def test_where_one_person_is_the_team_it_is_done_at_once() -> None:
    kept, merged = two()
    with pytest.raises(ValidationError, match="needs nobody else"):
        propose(kept, merged)
    merging.merge(kept=kept, merged=merged, choices={}, by=by(), reason=REASON)
    assert Client().get(page_of(merged)).status_code == 301


def test_a_team_that_became_one_person_accepts_what_it_proposed(settings: Any) -> None:
    kept, merged = two()
    proposal = propose(kept, merged)
    settings.ONE_PERSON_TEAM = True
    merging.accept(proposal=proposal, by=by())
    assert Merger.objects.exists()


def test_what_a_draft_part_says_waits_still_and_whoever_accepted_the_merge_accepts_it() -> None:
    kept, merged = two()
    one = detained(kept, began="2021", ended="2022", end_kind="released")
    other = DetentionFactory.create(
        prisoner=merged, began="2021", ended="2022", end_kind="released", place="Test yard"
    )
    cite(other, "place", SourceFactory.create(published=True))
    proposal = propose(kept, merged, **{f"episode-{one.pk}-{other.pk}": "same"})
    merging.accept(proposal=proposal, by=second())
    assert again(one).place == ""
    assert Revision.objects.get().by == by()
    assert "Test yard" not in read(page_of(kept)).main.text


# What is an editor's


def researcher() -> Any:
    return account(Role.RESEARCHER, name="researcher")


def test_a_researcher_proposes_to_merge_two_public_records_and_an_editor_decides(
    client: Client,
) -> None:
    kept, merged = conflicting()
    before = seen_by_visitors(kept, merged)
    sign_in(client, researcher())
    key = f"choice-prisoner-{kept.pk}-{merged.pk}-birth"
    offered = client.get(compare(kept, merged)).content.decode()
    assert f'name="{key}"' in offered
    assert 'name="_preview"' in offered
    preview = {"keep": kept.pk, "reason": REASON, "_preview": "1", key: "merged"}
    asked = client.post(compare(kept, merged), preview)
    assert "Visitors would notice this merge, so it is proposed" in said(asked)
    assert 'value="Propose to merge them"' in asked.content.decode()
    done = client.post(compare(kept, merged), hidden(asked), follow=True)
    assert "Visitors see no change yet: the merge waits" in said(done)
    assert seen_by_visitors(kept, merged) == before
    assert not Merger.objects.exists()
    proposal = MergeProposal.objects.get()
    assert MergeProposal.objects.waiting().get() == proposal
    own = client.get(proposal_page(proposal))
    assert [verb["name"] for verb in own.context["verbs"]] == ["take_back"]
    for verb in ("accept", "refuse"):
        page = reverse(f"admin:prisoners_mergeproposal_{verb}", args=[proposal.pk])
        assert client.post(page, {"reason": "x"}).status_code == 403
    accept = reverse("admin:prisoners_mergeproposal_accept", args=[proposal.pk])
    sign_in(client, by()).post(accept)
    assert again(kept).birth.text == "1982"
    assert Client().get(page_of(merged)).headers["Location"] == page_of(kept)
    assert (again(proposal).by.username, again(proposal).decided_by) == ("researcher", by())


def test_an_editor_declines_what_a_researcher_proposed_and_nothing_changed() -> None:
    kept, merged = two()
    before = seen_by_visitors(kept, merged)
    proposal = propose(kept, merged, researcher())
    merging.refuse(proposal=proposal, by=by(), reason="They are brothers.")
    assert seen_by_visitors(kept, merged) == before
    assert not Merger.objects.exists()


def test_a_researcher_proposes_also_what_an_editor_would_do_at_once(client: Client) -> None:
    kept = public("Test Adzin", slug="kept")
    merged = PrisonerFactory.create(occupation="Printer")
    before, rows = seen_by_visitors(kept), facts()
    bringer = researcher()
    with pytest.raises(ValidationError, match="touches what is or was public"):
        merging.merge(kept=kept, merged=merged, choices={}, by=bringer, reason=REASON)
    sign_in(client, bringer)
    preview = {"keep": kept.pk, "reason": REASON, "_preview": "1"}
    asked = client.post(compare(kept, merged), preview)
    assert "until an editor has looked at it and accepts it" in said(asked)
    assert "Visitors would notice" not in said(asked)
    client.post(compare(kept, merged), hidden(asked))
    assert seen_by_visitors(kept) == before
    assert facts()["Prisoner"] == rows["Prisoner"]
    proposal = MergeProposal.objects.waiting().get()
    merging.accept(proposal=proposal, by=by())
    assert again(merged).state == State.WITHDRAWN
    # What a draft says is not public by the merge: it is looked at by itself.
    assert seen_by_visitors(kept) == before
    assert Revision.objects.get().by == bringer


def test_what_was_taken_up_again_is_proposed_by_a_researcher_and_waits() -> None:
    kept, merged = two()
    detained(merged, began="2021", ended="2022", end_kind="released")
    for one in (kept, merged):
        workflow.withdraw(record=one, reason="x")
        workflow.take_up(record=one)
    proposal = propose(again(kept), again(merged), researcher())
    assert MergeProposal.objects.waiting().get() == proposal
    workflow.publish(record=again(merged))
    assert not MergeProposal.objects.waiting().exists()
    with pytest.raises(ValidationError, match="decide again"):
        merging.accept(proposal=proposal, by=by())
    assert "would be gone" in " ".join(merging.obstacles(again(proposal), by()))


@pytest.mark.usefixtures("one_person_team")
def test_a_researcher_beside_one_who_works_alone_proposes_a_merge() -> None:
    kept, merged = two()
    proposal = propose(kept, merged, researcher())
    assert not Merger.objects.exists()
    merging.accept(proposal=proposal, by=by())
    assert Merger.objects.exists()


def test_a_researcher_merges_drafts_at_once() -> None:
    kept, merged = PrisonerFactory.create_batch(2)
    merging.merge(kept=kept, merged=merged, choices={}, by=researcher(), reason=REASON)
    assert again(merged).state == State.WITHDRAWN


# Nothing is merged unseen


def test_what_was_changed_since_it_was_proposed_is_told_and_decided_again() -> None:
    kept, merged = two()
    proposal = propose(kept, merged)
    with recorded(by=account(name="meddler")):
        now = again(merged)
        now.occupation = "Printer"
        now.save()
    with pytest.raises(ValidationError) as error:
        merging.accept(proposal=proposal, by=second())
    words = " ".join(error.value.messages)
    assert "Occupation, by meddler" in words
    assert "decide again" in words
    assert not Merger.objects.exists()
    merging.accept(proposal=proposal, by=second(), seen=merging.seen_now(again(proposal)))
    assert again(kept).occupation == "Printer"


def test_what_was_looked_at_is_not_what_is_merged_if_it_changes_once_more() -> None:
    kept, merged = two()
    proposal = propose(kept, merged)
    cite(merged, "occupation")
    seen = merging.seen_now(again(proposal))
    cite(merged, "biography")
    with pytest.raises(ValidationError, match="entered, by"):
        merging.accept(proposal=proposal, by=second(), seen=seen)


def test_a_new_question_is_not_answered_by_accepting() -> None:
    kept, merged = two()
    proposal = propose(kept, merged)
    Prisoner.objects.filter(pk=kept.pk).update(birth="1980")
    Prisoner.objects.filter(pk=merged.pk).update(birth="1981")
    with pytest.raises(ValidationError, match="choose born"):
        merging.accept(proposal=proposal, by=second(), seen=merging.seen_now(again(proposal)))
    merging.refuse(proposal=proposal, by=second(), reason="Choose a birth.")


@pytest.mark.parametrize("what", ["withdrawn", "withheld", "merged elsewhere", "gone"])
def test_what_became_impossible_leaves_the_list_and_can_be_turned_down(
    client: Client, what: str
) -> None:
    kept, merged = two()
    proposal = propose(kept, merged)
    waiting = MergeProposal.objects.waiting()
    assert waiting.exists()
    if what == "withdrawn":
        workflow.withdraw(record=merged, reason="x")
    elif what == "withheld":
        Prisoner.objects.filter(pk=merged.pk).update(disclosure="withheld", disclosure_reason="x")
    elif what == "gone":
        merged.delete()
    else:
        elsewhere = propose(public("Test Try"), merged)
        merging.accept(proposal=elsewhere, by=second())
    assert not waiting.exists()
    for known in (proposal, again(proposal)):
        with pytest.raises(ValidationError):
            merging.accept(proposal=known, by=second())
    sign_in(client, second())
    page = client.get(proposal_page(proposal))
    assert "It cannot be done as it was proposed" in said(page)
    assert [verb["name"] for verb in page.context["verbs"]] == ["accept", "refuse"]
    assert "Accept and merge them" not in said(page)
    refuse = reverse("admin:prisoners_mergeproposal_refuse", args=[proposal.pk])
    refused = client.post(refuse, {"reason": "Too\0 late."}, follow=True)
    assert "It is refused" in said(refused)
    assert again(proposal).answer == "Too late."
    assert again(proposal).label == "Test Dva into Test Adzin"


# Undoing


def test_an_accepted_merge_is_undone_at_once_for_a_reason() -> None:
    kept, merged = two()
    before = seen_by_visitors(kept, merged)
    operation = merging.accept(proposal=propose(kept, merged), by=second())
    with pytest.raises(ValidationError, match="Say why"):
        merging.undo(operation=operation, by=by(), reason=" ")
    merging.undo(operation=operation, by=by(), reason="They are two.")
    assert seen_by_visitors(kept, merged) == before
    page = proposal_page(MergeProposal.objects.get())
    assert "Undone by editor on" in said(sign_in(Client(), second()).get(page))
    propose(again(kept), again(merged))


# At the desk


def test_an_editor_proposes_and_another_one_reads_it_and_decides(client: Client) -> None:
    sign_in(client, by())
    kept, merged = conflicting()
    detained(merged, began="2021", ended="2022", end_kind="pardon")
    key = f"choice-prisoner-{kept.pk}-{merged.pk}-birth"
    preview = {"keep": kept.pk, "reason": REASON, "_preview": "1", key: "merged"}
    asked = client.post(compare(kept, merged), preview)
    words = said(asked)
    assert "Visitors would notice this merge, so it is proposed" in words
    assert 'value="Propose to merge them"' in asked.content.decode()
    sent = {**hidden(asked), "reason": f"{REASON}\0"}
    done = client.post(compare(kept, merged), sent, follow=True)
    assert "Visitors see no change yet: the merge waits" in said(done)
    proposal = MergeProposal.objects.get()
    page = proposal_page(proposal)
    assert page in done.content.decode()
    assert "A merge waits for a decision" in said(done)
    compared = client.get(compare(kept, merged))
    assert "A merge of these two waits for a decision. Proposed by editor" in said(compared)
    assert 'name="_preview"' not in compared.content.decode()
    own = client.get(page)
    assert [verb["name"] for verb in own.context["verbs"]] == ["refuse", "take_back"]
    accept = reverse("admin:prisoners_mergeproposal_accept", args=[proposal.pk])
    assert client.post(accept).status_code == 403
    sign_in(client, second())
    assert page in client.get(reverse("admin:work", args=["proposed-merges"])).content.decode()
    words = said(client.get(page))
    for expected in ("Says 1980 ¶1", "Says 1982 ¶1", REASON, "Detentions, to be moved: 1"):
        assert expected in words
    assert "I have looked at what was changed since" not in words
    decided = client.post(accept, {"reason": "Yes."}, follow=True)
    assert "It is accepted, and the two are one record now" in said(decided)
    operation = Operation.objects.get()
    assert operation_page(operation) in decided.content.decode()
    shown = said(client.get(operation_page(operation)))
    assert "Proposed by editor" in shown
    assert "Visitors see it at once: both records are there again" in shown
    nothing = said(client.get(reverse("admin:work", args=["proposed-merges"])))
    assert "No proposed merge waits" in nothing


def test_the_page_shows_the_comparison_as_it_was_made_and_who_changed_what(
    client: Client,
) -> None:
    kept, merged = conflicting()
    proposal = propose(kept, merged, birth="merged")
    with recorded(by=account(name="meddler")):
        now = again(merged)
        now.birth = "1983"
        now.save()
    sign_in(client, second())
    page = client.get(proposal_page(proposal))
    words = said(page)
    assert "Born, by meddler" in words
    assert "“1983” by now in" in words
    table = page.context["tables"][0]
    [row] = [one for one in table.rows if one.label == "Born"]
    assert (row.kept.value, row.merged.value, row.then) == ("1980", "1982", "1982")
    accept = reverse("admin:prisoners_mergeproposal_accept", args=[proposal.pk])
    assert "decide again" in said(client.post(accept, {"seen": page.context["seen"]}, follow=True))
    assert not Merger.objects.exists()
    stale = {"knowingly": "on", "seen": proposal.seen}
    assert "decide again" in said(client.post(accept, stale, follow=True))
    client.post(accept, {"knowingly": "on", "seen": page.context["seen"]})
    assert again(kept).birth.text == "1983"


@pytest.mark.parametrize("role", list(Role))
def test_everybody_reads_a_proposal_and_an_editor_decides(client: Client, role: Role) -> None:
    proposal = propose(*two())
    sign_in(client, account(role, name="reader"))
    may = role in (Role.EDITOR, Role.ADMINISTRATOR)
    assert client.get(proposal_page(proposal)).status_code == 200
    assert client.get(reverse("admin:prisoners_mergeproposal_changelist")).status_code == 200
    for verb, allowed in (("take_back", False), ("refuse", may), ("accept", may)):
        page = reverse(f"admin:prisoners_mergeproposal_{verb}", args=[proposal.pk])
        assert client.get(page).status_code == 405
        assert client.post(page, {"reason": ""}).status_code == (302 if allowed else 403)
    assert Merger.objects.exists() == may


def test_what_is_held_back_by_now_is_not_told_to_whoever_may_not_read_it(client: Client) -> None:
    kept, merged = conflicting()
    detention = detained(merged, began="2021-07-14")
    proposal = propose(kept, merged, birth="merged")
    Citation.objects.update(source=SourceFactory.create(published=True, title="Test paper"))
    with recorded(by=account(name="meddler")):
        detention.place = "Test yard"
        detention.save()
    disclosure.hold_back(record=again(merged), field="birth", how="withheld", reason="x")
    disclosure.hold_back(record=again(detention), field="began", how="year", reason="x")
    page = proposal_page(proposal)
    researcher = sign_in(Client(), account(Role.RESEARCHER, name="researcher"))
    words = said(researcher.get(page))
    assert "by meddler" in words
    assert "1982" not in words
    assert "July" not in words
    words = said(sign_in(client, second()).get(page))
    assert "1982" in words
    assert "14 July 2021" in words
