"""How a record becomes public, and how it stops being so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from prisoners.desk import workflow
from prisoners.models import (
    Affiliation,
    Charge,
    Citation,
    Detention,
    Disclosure,
    Facility,
    Prisoner,
    PrisonerName,
    Record,
    Release,
    ReleaseOutcome,
    State,
)
from tests.factories import (
    ActorFactory,
    AffiliationFactory,
    ChargeFactory,
    CitationFactory,
    ConcessionFactory,
    DealFactory,
    DealPartyFactory,
    DetentionFactory,
    ExternalIdFactory,
    FacilityFactory,
    FigureFactory,
    PlacementFactory,
    PrisonerFactory,
    RecognitionFactory,
    ReleaseDestinationFactory,
    ReleaseFactory,
    ReleaseOutcomeFactory,
    SentenceFactory,
    SourceFactory,
    StatementFactory,
    cite,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft() -> Prisoner:
    """A person with a name, a detention, a charge and an outcome: drafts, each with a source."""
    person = PrisonerFactory.create(occupation="Test occupation", name__text="Test Person")
    source = SourceFactory.create(published=True)
    detention = DetentionFactory.create(prisoner=person, began="2021-07", end_kind="released")
    charge = ChargeFactory.create(detention=detention)
    outcome = ReleaseOutcomeFactory.create(
        detention=detention, release=ReleaseFactory.create(published=True), destination="AQ"
    )
    cite(person, "occupation", source)
    cite(person.names.get(), "text", source)
    for field in ("country", "began", "end_kind"):
        cite(detention, field, source)
    cite(charge, source=source)
    for field in ("release", "destination"):
        cite(outcome, field, source)
    return person


def states(*models: type[Record]) -> set[str]:
    return {
        state
        for model in models
        for state in model._default_manager.values_list("state", flat=True)
    }


WHOLE = (Prisoner, PrisonerName, Detention, Charge, ReleaseOutcome, Citation)


def test_to_publish_makes_the_parts_and_their_citations_public_too(draft: Prisoner) -> None:
    assert states(*WHOLE) == {State.DRAFT}
    number = workflow.publish(record=draft)
    assert states(*WHOLE) == {State.PUBLISHED}
    assert number == sum(model._default_manager.count() for model in WHOLE)
    assert all(model._default_manager.published().exists() for model in WHOLE)


def test_to_publish_is_refused_with_every_fact_that_has_no_source_named(draft: Prisoner) -> None:
    Citation.objects.filter(field__in=("occupation", "began", "destination")).delete()
    with translation.override("en"), pytest.raises(ValidationError) as refusal:
        workflow.publish(record=draft)
    assert sorted(refusal.value.messages) == [
        "Test Person, July 2021: “began” has no source.",
        f"Test Person, {Release.objects.get()}: “to which country” has no source.",
        "Test Person: “occupation” has no source.",
    ]
    assert states(*WHOLE) == {State.DRAFT}


def test_to_publish_is_refused_while_what_it_hangs_on_is_not_public(draft: Prisoner) -> None:
    actor = ActorFactory.create(name="Test Actor")
    affiliation = AffiliationFactory.create(prisoner=draft, actor=actor, role="Test role")
    cite(affiliation, "role", SourceFactory.create(title="Test draft source"))
    with translation.override("en"), pytest.raises(ValidationError) as refusal:
        workflow.publish(record=draft)
    reasons = " ".join(refusal.value.messages)
    assert "“Test Actor” is not public yet; publish it first." in reasons
    assert "“Test draft source” is not public yet; publish it first." in reasons
    assert len(refusal.value.messages) == 2
    assert states(*WHOLE, Affiliation) == {State.DRAFT}


def test_to_publish_goes_wrong_as_a_whole_or_not_at_all(
    draft: Prisoner, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: Any, **_kwargs: Any) -> None:
        raise RuntimeError("the power went")

    monkeypatch.setattr(ReleaseOutcome, "save", fail)
    with pytest.raises(RuntimeError):
        workflow.publish(record=draft)
    assert states(*WHOLE) == {State.DRAFT}


def test_a_citation_of_a_withheld_source_is_published_and_not_seen(draft: Prisoner) -> None:
    source = SourceFactory.create(
        published=True, disclosure=Disclosure.WITHHELD, disclosure_reason="Test reason"
    )
    citation = cite(draft, "occupation", source)
    workflow.publish(record=draft)
    citation.refresh_from_db()
    assert citation.state == State.PUBLISHED
    assert citation not in Citation.objects.published()
    assert citation in Citation.objects.counted()


def test_to_withhold_needs_a_reason() -> None:
    person = PrisonerFactory.create(published=True)
    person.disclosure = Disclosure.WITHHELD
    with pytest.raises(ValidationError, match="Say why this is withheld"):
        person.full_clean()
    person.disclosure_reason = "Test reason"
    person.full_clean()
    person.save()
    assert not Prisoner.objects.published().exists()
    assert Prisoner.objects.counted().get() == person


def test_a_withdrawn_part_stays_withdrawn_when_the_whole_is_published(draft: Prisoner) -> None:
    charge = Charge.objects.get()
    workflow.withdraw(record=charge, reason="Test reason")
    workflow.publish(record=draft)
    assert states(Charge) == {State.WITHDRAWN}
    assert states(Detention, ReleaseOutcome) == {State.PUBLISHED}


def test_what_was_withdrawn_comes_back_when_it_is_published_again(draft: Prisoner) -> None:
    workflow.publish(record=draft)
    before = {model: set(model._default_manager.published()) for model in WHOLE}
    assert workflow.withdraw(record=draft, reason="Test reason") == 1
    for model in (Prisoner, PrisonerName, Detention, Charge, ReleaseOutcome):
        assert not model._default_manager.published().exists()
        assert not model._default_manager.counted().exists()
    # Only the person itself is marked, so that nothing else needs to be found again.
    assert states(PrisonerName, Detention, Charge, ReleaseOutcome) == {State.PUBLISHED}

    assert workflow.publish(record=draft) == 1
    assert {model: set(model._default_manager.published()) for model in WHOLE} == before


def test_to_submit_asks_for_the_drafts_and_leaves_the_rest(draft: Prisoner) -> None:
    workflow.withdraw(record=Charge.objects.get(), reason="Test reason")
    number = workflow.submit(record=draft)
    assert states(Charge) == {State.WITHDRAWN}
    assert states(Prisoner, PrisonerName, Detention, ReleaseOutcome) == {State.IN_REVIEW}
    assert number == 4 + Citation.objects.filter(state=State.IN_REVIEW).count()
    assert not Prisoner.objects.published().exists()
    workflow.publish(record=draft)
    assert states(Prisoner, Detention) == {State.PUBLISHED}


def public_name() -> Record:
    return PrisonerFactory.create(published=True).names.get()


# What hangs on what: who is made, and what of it is then taken from the public.
HANGING: list[tuple[Callable[[], Record], str]] = [
    (public_name, "prisoner"),
    (lambda: ExternalIdFactory.create(published=True), "prisoner"),
    (lambda: AffiliationFactory.create(published=True), "prisoner"),
    (lambda: AffiliationFactory.create(published=True), "actor"),
    (lambda: RecognitionFactory.create(published=True), "prisoner"),
    (lambda: RecognitionFactory.create(published=True), "organisation"),
    (lambda: DetentionFactory.create(published=True), "prisoner"),
    (lambda: PlacementFactory.create(published=True), "detention"),
    (lambda: PlacementFactory.create(published=True), "detention.prisoner"),
    (lambda: PlacementFactory.create(published=True), "facility"),
    (lambda: ChargeFactory.create(published=True), "detention"),
    (lambda: ChargeFactory.create(published=True), "detention.prisoner"),
    (lambda: SentenceFactory.create(published=True), "detention"),
    (lambda: SentenceFactory.create(published=True), "detention.prisoner"),
    (lambda: DealPartyFactory.create(published=True), "deal"),
    (lambda: DealPartyFactory.create(published=True), "actor"),
    (
        lambda: DealPartyFactory.create(
            published=True, on_behalf_of=ActorFactory.create(published=True)
        ),
        "on_behalf_of",
    ),
    (lambda: ConcessionFactory.create(published=True), "deal"),
    (lambda: ConcessionFactory.create(published=True), "giver"),
    (lambda: ConcessionFactory.create(published=True), "receiver"),
    (lambda: ReleaseDestinationFactory.create(published=True), "release"),
    (
        lambda: ReleaseDestinationFactory.create(
            published=True, stated_by=ActorFactory.create(published=True)
        ),
        "stated_by",
    ),
    (lambda: ReleaseOutcomeFactory.create(published=True), "release"),
    (lambda: ReleaseOutcomeFactory.create(published=True), "detention"),
    (lambda: ReleaseOutcomeFactory.create(published=True), "detention.prisoner"),
    (lambda: StatementFactory.create(published=True), "speaker"),
    (
        lambda: StatementFactory.create(
            published=True, speaker=None, prisoner=PrisonerFactory.create(published=True)
        ),
        "prisoner",
    ),
    (
        lambda: StatementFactory.create(published=True, deal=DealFactory.create(published=True)),
        "deal",
    ),
    (
        lambda: StatementFactory.create(
            published=True, release=ReleaseFactory.create(published=True)
        ),
        "release",
    ),
    (
        lambda: FigureFactory.create(published=True, stated_by=ActorFactory.create(published=True)),
        "stated_by",
    ),
    (
        lambda: FigureFactory.create(published=True, release=ReleaseFactory.create(published=True)),
        "release",
    ),
    (lambda: CitationFactory.create(published=True), "source"),
]


@pytest.mark.parametrize(("make", "path"), HANGING)
@pytest.mark.parametrize("how", ["withdrawn", "withheld"])
def test_what_hangs_on_a_record_cannot_be_seen_without_it(
    make: Callable[[], Record], path: str, how: str
) -> None:
    record = make()
    mine = type(record)._default_manager.filter(pk=record.pk)
    assert mine.published().exists()
    other: Record = record
    for name in path.split("."):
        other = getattr(other, name)
    if how == "withdrawn":
        workflow.withdraw(record=other, reason="Test reason")
    else:
        other.disclosure, other.disclosure_reason = Disclosure.WITHHELD, "Test reason"
        other.save()
    assert not mine.published().exists()
    assert mine.counted().exists() == (how == "withheld")


def test_every_relation_that_makes_public_is_tried_here() -> None:
    tried = {(type(make()), path) for make, path in HANGING if "." not in path}
    assert tried == {
        (model, name)
        for model in {type(make()) for make, _path in HANGING}
        for name in model.public_through
    }


@pytest.mark.parametrize("state", State)
def test_only_what_is_published_is_public(state: State) -> None:
    facility = FacilityFactory.create(state=state)
    assert facility.is_public == (state == State.PUBLISHED)
    assert Facility.objects.published().exists() == (state == State.PUBLISHED)
    assert Facility.objects.counted().exists() == (state == State.PUBLISHED)
