"""The smallest valid record of every model, plainly invented.

``published=True`` makes a record public, together with every record that its factory makes for it
and that it hangs on. ``cite`` gives it a source.
"""

# mypy: allow-untyped-calls
# The declarations of factory_boy have no types.

from __future__ import annotations

from typing import Any, TypeVar

from django.contrib.auth.models import User
from django.db import models
from factory.declarations import LazyAttribute, RelatedFactory, Sequence, SubFactory, Trait
from factory.django import DjangoModelFactory

from prisoners.models import (
    TARGET_NAMES,
    Actor,
    Affiliation,
    Assignment,
    Charge,
    Citation,
    Concession,
    Deal,
    DealParty,
    Detention,
    DossierEntry,
    ExternalId,
    Facility,
    Figure,
    FormerAddress,
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
    Statement,
    Translation,
)

M = TypeVar("M", bound=models.Model)

# Nobody is imprisoned by Antarctica.
COUNTRY = "AQ"


def published_with(*relations: str) -> Any:
    """Return the trait that makes a record public, and what its factory makes under a relation."""
    made = {f"{name}__published": True for name in relations}
    return Trait(state=State.PUBLISHED, **made)


class RecordFactory(DjangoModelFactory[M]):
    class Meta:
        abstract = True
        skip_postgeneration_save = True

    class Params:
        published = published_with()


class SourceFactory(RecordFactory[Source]):
    class Meta:
        model = Source

    slug = Sequence(lambda number: f"test-source-{number}")
    title = Sequence(lambda number: f"Test source {number}")


class ActorFactory(RecordFactory[Actor]):
    class Meta:
        model = Actor

    slug = Sequence(lambda number: f"test-actor-{number}")
    name = Sequence(lambda number: f"Test Actor {number}")
    kind = Actor.Kind.ORGANISATION


class FacilityFactory(RecordFactory[Facility]):
    class Meta:
        model = Facility

    slug = Sequence(lambda number: f"test-facility-{number}")
    name = Sequence(lambda number: f"Test Facility {number}")
    country = COUNTRY


class PrisonerFactory(RecordFactory[Prisoner]):
    """A person with one name, shown in English: “Test Person 12”.

    ``name__text="…"`` chooses it, ``name=None`` leaves it out.
    """

    class Meta:
        model = Prisoner

    class Params:
        published = published_with("name")

    slug = Sequence(lambda number: f"test-person-{number}")
    name = RelatedFactory(
        "tests.factories.PrisonerNameFactory",
        factory_related_name="prisoner",
        text=LazyAttribute(lambda name: name.prisoner.slug.replace("-", " ").title()),
        is_display=True,
    )


class PrisonerNameFactory(RecordFactory[PrisonerName]):
    class Meta:
        model = PrisonerName

    class Params:
        published = published_with("prisoner")

    prisoner = SubFactory(PrisonerFactory, name=None)
    text = Sequence(lambda number: f"Test Spelling {number}")
    language = "en"


class ExternalIdFactory(RecordFactory[ExternalId]):
    class Meta:
        model = ExternalId

    class Params:
        published = published_with("prisoner")

    prisoner = SubFactory(PrisonerFactory)
    scheme = "test-list"
    value = Sequence(lambda number: f"T{number}")


class AffiliationFactory(RecordFactory[Affiliation]):
    class Meta:
        model = Affiliation

    class Params:
        published = published_with("prisoner", "actor")

    prisoner = SubFactory(PrisonerFactory)
    actor = SubFactory(ActorFactory)
    role = "Test role"


class RecognitionFactory(RecordFactory[Recognition]):
    class Meta:
        model = Recognition

    class Params:
        published = published_with("prisoner", "organisation")

    prisoner = SubFactory(PrisonerFactory)
    organisation = SubFactory(ActorFactory)


class DetentionFactory(RecordFactory[Detention]):
    """A detention of which nothing is known but whose it is; it is not said to be over."""

    class Meta:
        model = Detention

    class Params:
        published = published_with("prisoner")

    prisoner = SubFactory(PrisonerFactory)
    country = COUNTRY


class PlacementFactory(RecordFactory[Placement]):
    class Meta:
        model = Placement

    class Params:
        published = published_with("detention", "facility")

    detention = SubFactory(DetentionFactory)
    facility = SubFactory(FacilityFactory)


class ChargeFactory(RecordFactory[Charge]):
    class Meta:
        model = Charge

    class Params:
        published = published_with("detention")

    detention = SubFactory(DetentionFactory)
    code = "Test Code"
    article = "1"


class SentenceFactory(RecordFactory[Sentence]):
    class Meta:
        model = Sentence

    class Params:
        published = published_with("detention")

    detention = SubFactory(DetentionFactory)


class DealFactory(RecordFactory[Deal]):
    class Meta:
        model = Deal

    slug = Sequence(lambda number: f"test-deal-{number}")
    title = Sequence(lambda number: f"Test deal {number}")
    country = COUNTRY


class DealPartyFactory(RecordFactory[DealParty]):
    class Meta:
        model = DealParty

    class Params:
        published = published_with("deal", "actor")

    deal = SubFactory(DealFactory)
    actor = SubFactory(ActorFactory)
    role = DealParty.Role.BROKERING


class ConcessionFactory(RecordFactory[Concession]):
    class Meta:
        model = Concession

    class Params:
        published = published_with("deal", "giver", "receiver")

    deal = SubFactory(DealFactory)
    what = Sequence(lambda number: f"Test concession {number}")
    giver = SubFactory(ActorFactory)
    receiver = SubFactory(ActorFactory)
    stage = Concession.Stage.AGREED


class ReleaseFactory(RecordFactory[Release]):
    class Meta:
        model = Release

    slug = Sequence(lambda number: f"test-release-{number}")
    title = Sequence(lambda number: f"Test release {number}")
    country = COUNTRY


class ReleaseDestinationFactory(RecordFactory[ReleaseDestination]):
    class Meta:
        model = ReleaseDestination

    class Params:
        published = published_with("release")

    release = SubFactory(ReleaseFactory)
    country = COUNTRY
    headcount = 1


class ReleaseOutcomeFactory(RecordFactory[ReleaseOutcome]):
    class Meta:
        model = ReleaseOutcome

    class Params:
        published = published_with("release", "detention")

    release = SubFactory(ReleaseFactory)
    detention = SubFactory(DetentionFactory, end_kind=Detention.EndKind.RELEASED)


class StatementFactory(RecordFactory[Statement]):
    class Meta:
        model = Statement

    class Params:
        published = published_with("speaker")

    speaker = SubFactory(ActorFactory)
    text = Sequence(lambda number: f"Test statement {number}.")
    country = COUNTRY


class FigureFactory(RecordFactory[Figure]):
    class Meta:
        model = Figure

    counts = Figure.Counts.HELD
    country = COUNTRY
    value = 10


class CitationFactory(RecordFactory[Citation]):
    """A citation of a person as a whole; ``cite`` makes one of anything else."""

    class Meta:
        model = Citation

    class Params:
        published = published_with("source", "prisoner")

    source = SubFactory(SourceFactory)
    prisoner = SubFactory(PrisonerFactory)


class TranslationFactory(RecordFactory[Translation]):
    """The name of an actor in Belarusian."""

    class Meta:
        model = Translation

    class Params:
        published = published_with("actor")

    actor = SubFactory(ActorFactory)
    field = "name"
    language = "be"
    text = Sequence(lambda number: f"Выдуманы пераклад {number}")


class FormerAddressFactory(DjangoModelFactory[FormerAddress]):
    class Meta:
        model = FormerAddress

    slug = Sequence(lambda number: f"former-person-{number}")
    prisoner = SubFactory(PrisonerFactory)


class AccountFactory(DjangoModelFactory[User]):
    class Meta:
        model = User

    username = Sequence(lambda number: f"test-account-{number}")


class AssignmentFactory(DjangoModelFactory[Assignment]):
    class Meta:
        model = Assignment

    prisoner = SubFactory(PrisonerFactory)
    to = SubFactory(AccountFactory)


class DossierEntryFactory(DjangoModelFactory[DossierEntry]):
    class Meta:
        model = DossierEntry

    dossier = "test-dossier"
    model = "prisoner"
    key = Sequence(lambda number: f"test-person-{number}")
    values = LazyAttribute(lambda _entry: {})


FACTORIES: dict[type[Record], type[RecordFactory[Any]]] = {
    one._meta.model: one
    for one in (
        SourceFactory,
        ActorFactory,
        FacilityFactory,
        PrisonerFactory,
        PrisonerNameFactory,
        ExternalIdFactory,
        AffiliationFactory,
        RecognitionFactory,
        DetentionFactory,
        PlacementFactory,
        ChargeFactory,
        SentenceFactory,
        DealFactory,
        DealPartyFactory,
        ConcessionFactory,
        ReleaseFactory,
        ReleaseDestinationFactory,
        ReleaseOutcomeFactory,
        StatementFactory,
        FigureFactory,
        CitationFactory,
        TranslationFactory,
    )
}


def cite(record: Record, field: str = "", source: Source | None = None, **values: Any) -> Citation:
    """Cite a source for a field of a record, or for the record as a whole.

    A published record gets a published citation of a published source.
    """
    published = record.state == State.PUBLISHED
    target = {"prisoner": None, TARGET_NAMES[type(record)]: record}
    source = source or SourceFactory.create(published=published)
    return CitationFactory.create(
        **{"source": source, **target, "field": field, "published": published, **values}
    )
