"""Every rule that the data must keep: refused readably first, and by the database in any case."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, models, transaction
from django.db.models.deletion import ProtectedError
from django.utils import translation

from prisoners.models import (
    ADDRESSED,
    HOLDING_BACK,
    TRANSLATED,
    Citation,
    Consent,
    Detention,
    DisclosureRule,
    DuplicateCandidate,
    Figure,
    FormerAddress,
    Import,
    ImportRow,
    Invitation,
    Judgement,
    Mention,
    MergeProposal,
    Merger,
    NameKey,
    Operation,
    Placement,
    Record,
    Release,
    ReleaseDestination,
    Revision,
    State,
    Statement,
    Step,
    Translation,
)
from prisoners.models.base import interval_fields
from prisoners.models.holding_back import STAYS_WITHHELD
from tests.factories import (
    COUNTRY,
    FACTORIES,
    ActorFactory,
    AffiliationFactory,
    CitationFactory,
    DealFactory,
    DealPartyFactory,
    DetentionFactory,
    DossierEntryFactory,
    ExternalIdFactory,
    FacilityFactory,
    FigureFactory,
    FormerAddressFactory,
    PlacementFactory,
    PrisonerFactory,
    PrisonerNameFactory,
    RecognitionFactory,
    ReleaseDestinationFactory,
    ReleaseFactory,
    ReleaseOutcomeFactory,
    SourceFactory,
    StatementFactory,
    TranslationFactory,
    cite,
)

pytestmark = pytest.mark.django_db

RELEASED = Detention.EndKind.RELEASED
Build = Callable[[], models.Model]


def another(factory: Any, *same: str, **values: Any) -> Build:
    """Return what builds a record that has some values in common with one that is there."""

    def build() -> models.Model:
        first = factory.create(**values)
        shared = {name: getattr(first, name) for name in same}
        second: models.Model = factory.create(**values)
        for name, value in shared.items():
            setattr(second, name, value)
        return second

    return build


def changed(factory: Any, given: dict[str, Any] | None = None, **values: Any) -> Build:
    """Return what builds a valid record and then changes it."""

    def build() -> models.Model:
        record: models.Model = factory.create(**(given or {}))
        for name, value in values.items():
            setattr(record, name, value() if callable(value) else value)
        return record

    return build


def invitation_to_nothing() -> models.Model:
    return Invitation(token_hash="test", role="", expires_at=datetime(2030, 1, 1, tzinfo=UTC))


BROKEN: dict[str, list[Build]] = {
    "prisoner_dies_after_birth": [changed(PrisonerFactory, birth="2000", death="1999-12")],
    "prisoner_portrait_with_its_rights": [changed(PrisonerFactory, portrait="portraits/a.png")],
    "prisoner_not_told_by_its_page": [
        changed(PrisonerFactory, identity="initials"),
        changed(
            PrisonerFactory, {"public_id": "test"}, slug="test", identity="initials", biography="x"
        ),
    ],
    "prisoner_group_of_an_occupation": [
        changed(PrisonerFactory, occupation="", occupation_group="study")
    ],
    "prisonername_one_shown_in_each_language": [
        another(PrisonerNameFactory, "prisoner", is_display=True)
    ],
    "prisonername_each_spelling_once": [another(PrisonerNameFactory, "prisoner", "text")],
    "prisonername_not_empty": [changed(PrisonerNameFactory, text="")],
    "externalid_one_person_each": [another(ExternalIdFactory, "scheme", "value")],
    "affiliation_ends_after_it_began": [changed(AffiliationFactory, began="2021", ended="2020")],
    "recognition_once_by_each_organisation": [
        another(RecognitionFactory, "prisoner", "organisation")
    ],
    "detention_ends_after_it_began": [
        changed(DetentionFactory, began="2021-07", end_kind=RELEASED, ended="2021-06")
    ],
    "detention_end_says_how": [changed(DetentionFactory, ended="2021-06")],
    "detention_not_confirmed_after_its_end": [
        changed(DetentionFactory, end_kind=RELEASED, ended="2021-06", last_confirmed="2021-07")
    ],
    "detention_not_confirmed_before_it_began": [
        changed(DetentionFactory, began="2021-07", last_confirmed="2021-06")
    ],
    "detention_one_open_each_person": [another(DetentionFactory, "prisoner")],
    "facility_position_whole": [
        changed(FacilityFactory, latitude=1),
        changed(FacilityFactory, longitude=1),
        changed(FacilityFactory, latitude=91, longitude=0),
        changed(FacilityFactory, latitude=0, longitude=-181),
    ],
    "placement_ends_after_it_began": [changed(PlacementFactory, began="2021", ended="2020")],
    "releasedestination_each_country_once": [another(ReleaseDestinationFactory, "release")],
    "releaseoutcome_once_each_detention": [another(ReleaseOutcomeFactory, "release", "detention")],
    "dealparty_each_part_once": [another(DealPartyFactory, "deal", "actor")],
    "statement_exactly_one_target": [
        changed(StatementFactory, speaker=None),
        changed(StatementFactory, prisoner=PrisonerFactory.create),
    ],
    "statement_about_something": [changed(StatementFactory, country="")],
    "figure_relation_to_a_release": [changed(FigureFactory, relation="before")],
    "figure_allows_a_number": [changed(FigureFactory, bound="fewer_than", value=0)],
    "citation_exactly_one_target": [
        changed(CitationFactory, prisoner=None),
        changed(CitationFactory, actor=ActorFactory.create),
    ],
    "citation_contradiction_gives_its_value": [changed(CitationFactory, stance="contradicts")],
    "formeraddress_exactly_one_target": [
        changed(FormerAddressFactory, prisoner=None),
        changed(FormerAddressFactory, actor=ActorFactory.create),
    ],
    "translation_exactly_one_target": [
        changed(TranslationFactory, actor=None),
        changed(TranslationFactory, deal=DealFactory.create),
    ],
    "translation_says_something": [changed(TranslationFactory, text="")],
    "invitation_new_account_has_a_role": [invitation_to_nothing],
    "dossierentry_once": [another(DossierEntryFactory, "key")],
}


def name_key_twice() -> models.Model:
    same: dict[str, Any] = {"is_public": False, "key": "TESTKEY", "detail": "testdetail"}
    first = NameKey.objects.create(name=PrisonerNameFactory.create(), **same)
    return NameKey(name=first.name, **same)


def translation_of(name: str) -> Build:
    def build() -> models.Model:
        record = FACTORIES[TRANSLATED[name]].create()
        field = record.translated[0]
        first = TranslationFactory.create(**{"actor": None, name: record}, field=field)
        return Translation(**{name: record}, field=field, language=first.language, text="Test")

    return build


def former_address_of(name: str) -> Build:
    def build() -> models.Model:
        factory = FACTORIES[ADDRESSED[name]]
        first = FormerAddressFactory.create(**{"prisoner": None, name: factory.create()})
        return FormerAddress(slug=first.slug, **{name: factory.create()})

    return build


def pair_of(model: type[models.Model], *, turned: bool = False, twice: bool = False) -> Build:
    """Return what builds a pair of people: out of order, or there already, or of one person."""

    def build() -> models.Model:
        first, second = PrisonerFactory.create_batch(2)
        of_model: dict[type[models.Model], dict[str, Any]] = {
            DuplicateCandidate: {"score": 90, "first_spelling": "A", "second_spelling": "B"},
            Judgement: {"verdict": "same", "reason": "test"},
        }
        values = of_model[model]
        if twice:
            model._default_manager.create(first=first, second=second, **values)
        if turned:
            first, second = second, first
        return model(first=first, second=second, **values)

    return build


def rule(name: str, **values: Any) -> DisclosureRule:
    record = FACTORIES[HOLDING_BACK[name]].create()  # type: ignore[index]  # a kind of record
    return DisclosureRule(**{name: record, "field": record.sensitive[0], "reason": "x", **values})


def rule_twice(name: str) -> Build:
    def build() -> models.Model:
        first = rule(name)
        first.save()
        return DisclosureRule(**{name: first.target}, field=first.field, reason="x")

    return build


def judgement_without_a_reason() -> models.Model:
    record: Any = pair_of(Judgement)()
    record.reason = ""
    return record  # type: ignore[no-any-return]  # comes without types


def merger_of_one() -> models.Model:
    person = PrisonerFactory.create()
    return Merger(merged=person, kept=person, operation=Operation.objects.create(kind="merge"))


BROKEN |= {
    "duplicatecandidate_in_order": [pair_of(DuplicateCandidate, turned=True)],
    "duplicatecandidate_once": [pair_of(DuplicateCandidate, twice=True)],
    "judgement_in_order": [pair_of(Judgement, turned=True)],
    "judgement_one_standing": [pair_of(Judgement, twice=True)],
    "judgement_has_a_reason": [judgement_without_a_reason],
    "merger_of_two": [merger_of_one],
}


def consent(**values: Any) -> Build:
    def build() -> models.Model:
        given = {"given_by": "Test", "given_as": "self", "given_on": date(2021, 7, 14)}
        return Consent(prisoner=PrisonerFactory.create(), **{**given, **values})

    return build


def step(**values: Any) -> Build:
    def build() -> models.Model:
        person = PrisonerFactory.create()
        moved = {"kind": "prisoner", "record": person.pk, "before": "draft", "after": "draft"}
        return Step(**{**moved, "verb": "submitted", **values})

    return build


BROKEN["disclosurerule_exactly_one_target"] = [
    lambda: rule("prisoner", prisoner=None),
    lambda: rule("prisoner", detention=DetentionFactory.create()),
]
BROKEN["disclosurerule_for_a_reason"] = [lambda: rule("prisoner", reason="")]
BROKEN["disclosurerule_part_of_a_date"] = [
    lambda: rule("prisoner", field="occupation", how="month"),
    lambda: rule("detention", field="place", how="year"),
]
BROKEN |= {f"disclosurerule_of_{name}_once": [rule_twice(name)] for name in HOLDING_BACK}
BROKEN["consent_to_something"] = [consent()]
BROKEN["consent_ends_after_it_was_given"] = [consent(for_name=True, until=date(2021, 7, 13))]
BROKEN["consent_withdrawn_after_it_was_given"] = [
    consent(for_name=True, withdrawn_on=date(2021, 7, 13))
]


def revision(**values: Any) -> Build:
    def build() -> models.Model:
        person = PrisonerFactory.create()
        by = get_user_model().objects.create(username="test-proposer")
        proposed = {"kind": "prisoner", "record": person.pk, "changes": [], "by": by}
        return Revision(**{**proposed, **values})

    return build


def row_twice() -> models.Model:
    run = Import.objects.create(file_name="test.csv")
    row = {"of": run, "number": 1, "outcome": "created"}
    ImportRow.objects.create(**row)
    return ImportRow(**row)


LONG_AGO = datetime(1900, 1, 1, tzinfo=UTC)


def proposed_merge(*, done: bool = False, twice: bool = False, **values: Any) -> Build:
    def build() -> models.Model:
        kept, merged = PrisonerFactory.create_batch(2)
        by = get_user_model().objects.create(username="test-proposer")
        given = {"kept": kept, "merged": merged, "label": "Test", "seen": "x", "by": by}
        if twice:
            MergeProposal.objects.create(**given)
        if done:
            given["operation"] = Operation.objects.create(kind="merge")
        return MergeProposal(**{**given, **values})

    return build


def mention(*, twice: bool = False, **values: Any) -> Callable[[], models.Model]:
    """Build a text that may hold somebody's name; also one that is listed already."""

    def build() -> models.Model:
        person = PrisonerFactory.create()
        given = {"person": person, "kind": "release", "record": 1, "field": "title", "digest": "x"}
        if twice:
            Mention.objects.create(**given)
        return Mention(**{**given, **values})

    return build


def proposed_merge_of_one() -> models.Model:
    record: Any = proposed_merge()()
    record.merged = record.kept
    return record  # type: ignore[no-any-return]  # comes without types


BROKEN |= {
    "mention_once": [mention(twice=True)],
    "mention_answered_with_a_reason": [
        mention(at=datetime(2200, 1, 1, tzinfo=UTC)),
        mention(reason="Somebody else."),
    ],
    "mergeproposal_of_two": [proposed_merge_of_one],
    "mergeproposal_once": [proposed_merge(twice=True)],
    "mergeproposal_done_if_accepted": [proposed_merge(done=True)],
    "mergeproposal_decided_on_a_day": [proposed_merge(outcome="accepted")],
    "mergeproposal_refused_for_a_reason": [
        proposed_merge(outcome="refused", decided_at=datetime(2200, 1, 1, tzinfo=UTC))
    ],
    "mergeproposal_decided_after_it_was_proposed": [
        proposed_merge(outcome="accepted", decided_at=LONG_AGO)
    ],
    "step_withdrawn_for_a_reason": [step(verb="withdrawn")],
    "step_sent_back_for_a_reason": [step(verb="sent_back")],
    "revision_decided_on_a_day": [
        revision(outcome="accepted"),
        revision(decided_at=datetime(2200, 1, 1, tzinfo=UTC)),
    ],
    "revision_refused_for_a_reason": [
        revision(outcome="refused", decided_at=datetime(2200, 1, 1, tzinfo=UTC))
    ],
    "revision_decided_after_it_was_proposed": [
        revision(outcome="accepted", decided_at=LONG_AGO, answer="test")
    ],
    "importrow_once": [row_twice],
}
BROKEN["namekey_once"] = [name_key_twice]
BROKEN |= {f"formeraddress_{name}_once": [former_address_of(name)] for name in ADDRESSED}
BROKEN |= {f"translation_of_{name}_once": [translation_of(name)] for name in TRANSLATED}
BROKEN |= {
    f"{model._meta.model_name}_withheld_for_a_reason": [changed(factory, disclosure="withheld")]
    for model, factory in FACTORIES.items()
}

CONSTRAINTS = {
    constraint.name: (model, constraint)
    for model in apps.get_app_config("prisoners").get_models()
    for constraint in model._meta.constraints
}
OF_INTERVALS = {
    f"{model._meta.model_name}_{name}_{rule}": (model, name, rule)
    for model in FACTORIES
    for name in interval_fields(model)
    for rule in ("first_not_after_last", "with_its_days")
}


def test_every_constraint_is_tried_here() -> None:
    tried = BROKEN.keys() | OF_INTERVALS.keys()
    # What is entered in spite of them is moved away: see tests/test_disclosure.py.
    assert tried == {
        name
        for name in CONSTRAINTS
        if not name.startswith("django_") and not name.endswith(STAYS_WITHHELD)
    }


@pytest.mark.parametrize("model", FACTORIES)
def test_what_a_factory_makes_breaks_no_rule(model: type[Record]) -> None:
    FACTORIES[model].create().full_clean()
    FACTORIES[model].create_batch(2, published=True)[1].full_clean()
    assert model._default_manager.published().count() == 2


def whole(record: models.Model) -> list[str] | None:
    """Return all fields of what is stored, those of a decision too; None where nothing is yet."""
    if record._state.adding:
        return None
    return [field.name for field in record._meta.concrete_fields if not field.primary_key]


@pytest.mark.parametrize(
    ("name", "build"),
    [(name, build) for name, builds in BROKEN.items() for build in builds],
)
def test_a_broken_rule_is_refused_readably_and_by_the_database(name: str, build: Build) -> None:
    _model, constraint = CONSTRAINTS[name]
    with transaction.atomic():
        record = build()
    with pytest.raises(ValidationError):
        record.full_clean()
    with translation.override("en"), pytest.raises(ValidationError) as refusal:
        record.validate_constraints()
    assert constraint.get_violation_error_message() in refusal.value.messages
    assert constraint.violation_error_message != constraint.default_violation_error_message

    with pytest.raises(IntegrityError) as error, transaction.atomic():
        record.save(update_fields=whole(record))
    # SQLite names the columns of a unique constraint and not the constraint.
    if connection.vendor == "postgresql" or isinstance(constraint, models.CheckConstraint):
        assert name in str(error.value)
    else:
        assert "UNIQUE" in str(error.value)


@pytest.mark.parametrize("name", OF_INTERVALS)
def test_a_date_and_its_possible_days_cannot_part(name: str) -> None:
    model, field, rule = OF_INTERVALS[name]
    # A detention that has ended says how, whatever its dates are.
    more = {"end_kind": "released"} if (model, field) == (Detention, "ended") else {}
    record = FACTORIES[model].create(**more)
    first, last = date(2021, 7, 2), date(2021, 7, 1)
    if rule == "first_not_after_last":
        columns = {field: "2021-07", f"{field}_first": first, f"{field}_last": last}
    else:
        columns = {f"{field}_last": last}
    record.__dict__.update(columns)
    with translation.override("en"), pytest.raises(ValidationError) as refusal:
        record.validate_constraints()
    assert CONSTRAINTS[name][1].get_violation_error_message() in refusal.value.messages

    settings = ", ".join(f"{column} = %s" for column in columns)
    statement = f"UPDATE {model._meta.db_table} SET {settings}"  # noqa: S608  # our own names
    with (
        pytest.raises(IntegrityError, match=name),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement, [str(value) for value in columns.values()])


@pytest.mark.parametrize("model", ADDRESSED.values())
def test_an_address_and_a_key_belong_to_one_record_of_a_kind(model: type[Record]) -> None:
    first, second = (FACTORIES[model].create(key=key) for key in ("one", "two"))
    for name in ("slug", "key"):
        second.refresh_from_db()
        setattr(second, name, getattr(first, name))
        with pytest.raises(ValidationError, match="already exists"):
            second.full_clean()
        with pytest.raises(IntegrityError), transaction.atomic():
            second.save()


def test_two_records_made_by_hand_have_no_key_and_do_not_clash() -> None:
    assert [one.key for one in PrisonerFactory.create_batch(2)] == [None, None]


def text_fields(model: type[Record]) -> list[str]:
    return [
        field.name
        for field in model._meta.fields
        if type(field) in (models.CharField, models.TextField, models.SlugField, models.URLField)
        and field.editable
    ]


@pytest.mark.parametrize(
    ("model", "name"), [(model, name) for model in FACTORIES for name in text_fields(model)]
)
def test_nul_is_refused_in_every_text_with_the_fields_name(model: type[Record], name: str) -> None:
    record = FACTORIES[model].create()
    setattr(record, name, "a\x00b")
    with pytest.raises(ValidationError) as refusal:
        record.full_clean()
    assert name in refusal.value.message_dict


# A detention beside others --------------------------------------------------------------------


def test_detentions_that_certainly_overlap_are_refused_and_ones_that_may_are_not() -> None:
    first = DetentionFactory.create(began="2021-01", end_kind=RELEASED, ended="2021-06")
    beside = {"prisoner": first.prisoner, "country": COUNTRY, "end_kind": RELEASED}
    with pytest.raises(ValidationError, match="overlap"):
        Detention(**beside, began="2021-03", ended="2021-09").full_clean()
    Detention(**beside, began="2021-06-15", ended="2021-09").full_clean()
    beside_nobody = {**beside, "prisoner": PrisonerFactory.create()}
    Detention(**beside_nobody, began="2021-03", ended="2021-09").full_clean()
    first.full_clean()
    Detention.objects.update(state=State.WITHDRAWN)
    Detention(**beside, began="2021-03", ended="2021-09").full_clean()


def test_a_withdrawn_open_detention_makes_room_for_another() -> None:
    first = DetentionFactory.create(state=State.WITHDRAWN)
    second = DetentionFactory.create(prisoner=first.prisoner)
    first.state = State.DRAFT
    with pytest.raises(IntegrityError), transaction.atomic():
        first.save()
    second.end_kind = RELEASED
    second.save()
    first.save()


def test_a_text_that_is_no_date_does_not_break_the_other_checks() -> None:
    detention = DetentionFactory.build(
        prisoner=PrisonerFactory.create(), began="hello", ended="2021-13", end_kind=RELEASED
    )
    with pytest.raises(ValidationError) as refusal:
        detention.full_clean()
    assert refusal.value.message_dict.keys() == {"began", "ended"}


def test_a_name_has_at_least_one_letter() -> None:
    name = PrisonerNameFactory.create()
    name.text = "???? ???"
    with pytest.raises(ValidationError, match="at least one letter"):
        name.full_clean()


def test_a_citation_is_of_a_field_that_the_record_has() -> None:
    citation = cite(DetentionFactory.create(), "began")
    citation.full_clean()
    citation.field = "headcount"
    with pytest.raises(
        ValidationError, match="“headcount” is no fact of this record; it has: "
    ) as e:
        citation.full_clean()
    assert "began" in e.value.message_dict["field"][0]
    assert "prisoner" not in e.value.message_dict["field"][0].split()


# Destinations within the headcount --------------------------------------------------------------


@pytest.fixture
def release() -> Release:
    """A release of 10 people, of whom 4 and 6 went to two countries."""
    one = ReleaseFactory.create(headcount=10)
    ReleaseDestinationFactory.create(release=one, country="AQ", headcount=4)
    ReleaseDestinationFactory.create(release=one, country="BV", headcount=6)
    return one


def refused_by_the_database(action: Callable[[], Any]) -> None:
    with pytest.raises(IntegrityError, match="more people than the release"), transaction.atomic():
        action()


def test_one_destination_more_than_the_headcount_is_refused(release: Release) -> None:
    extra = ReleaseDestination(release=release, country="HM", headcount=1)
    with translation.override("en"), pytest.raises(ValidationError, match="add up to 11 people, "):
        extra.full_clean()
    refused_by_the_database(extra.save)
    refused_by_the_database(lambda: ReleaseDestination.objects.bulk_create([extra]))


def test_a_destination_that_grows_beyond_the_headcount_is_refused(release: Release) -> None:
    one = release.destinations.get(country="AQ")
    one.headcount = 5
    with pytest.raises(ValidationError, match="more than the 10 that were announced"):
        one.full_clean()
    refused_by_the_database(one.save)
    refused_by_the_database(lambda: ReleaseDestination.objects.update(headcount=6))
    one.headcount = 3
    one.full_clean()
    one.save()


def test_a_headcount_below_its_destinations_is_refused(release: Release) -> None:
    release.headcount = 9
    with pytest.raises(ValidationError, match="more than the 9 that were announced"):
        release.full_clean()
    refused_by_the_database(release.save)
    refused_by_the_database(lambda: Release._default_manager.update(headcount=9))


def test_a_destination_moved_to_a_full_release_is_refused(release: Release) -> None:
    moved = ReleaseDestinationFactory.create(country="HM")
    moved.release = release
    with pytest.raises(ValidationError):
        moved.full_clean()
    refused_by_the_database(moved.save)


def test_a_withdrawn_destination_makes_room_and_needs_it_to_come_back(release: Release) -> None:
    one = release.destinations.get(country="AQ")
    one.state = State.WITHDRAWN
    one.save()
    replacement = ReleaseDestination(release=release, country="HM", headcount=4)
    replacement.full_clean()
    replacement.save()
    one.state = State.PUBLISHED
    with pytest.raises(ValidationError):
        one.full_clean()
    refused_by_the_database(one.save)


def test_a_release_of_no_announced_number_has_any_destinations(release: Release) -> None:
    release.headcount = None
    release.full_clean()
    release.save()
    ReleaseDestinationFactory.create(release=release, country="HM", headcount=1000)
    release.headcount = 1009
    refused_by_the_database(release.save)
    release.headcount = 1010
    release.save()


# What goes when something is deleted -------------------------------------------------------------


def test_what_the_record_rests_on_is_not_deleted_under_it() -> None:
    actor, facility, source = (
        ActorFactory.create(),
        FacilityFactory.create(),
        SourceFactory.create(),
    )
    AffiliationFactory.create(actor=actor)
    PlacementFactory.create(facility=facility)
    cite(PrisonerFactory.create(), source=source)
    for one in (actor, facility, source):
        with pytest.raises(ProtectedError):
            one.delete()


def test_a_deleted_person_takes_their_parts_and_citations_along_and_nothing_else() -> None:
    placement = PlacementFactory.create()
    citation, actor_citation = cite(placement, "facility"), cite(ActorFactory.create(), "name")
    outcome = ReleaseOutcomeFactory.create(detention=placement.detention)
    placement.detention.prisoner.delete()
    assert not Placement.objects.exists()
    assert list(Citation.objects.all()) == [actor_citation]
    assert Release.objects.get() == outcome.release
    assert citation.source.citations.count() == 0


def test_a_deleted_deal_leaves_its_releases() -> None:
    deal = DealFactory.create()
    release = ReleaseFactory.create(deal=deal)
    deal.delete()
    release.refresh_from_db()
    assert release.deal is None


def test_what_a_figure_or_a_statement_is_about_is_not_deleted_from_under_it() -> None:
    release, deal = ReleaseFactory.create(), DealFactory.create()
    for about, needs in (
        (release, FigureFactory.create(release=release, relation="before")),
        (release, StatementFactory.create(release=release)),
        (deal, StatementFactory.create(deal=deal)),
    ):
        with pytest.raises(ProtectedError):
            about.delete()
        needs.delete()
    release.delete()
    deal.delete()
    assert not Figure.objects.exists()
    assert not Statement.objects.exists()
