"""What is protected is told by nothing else, whatever is entered later and whoever reads it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.db.models import ProtectedError
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from prisoners.desk import disclosure, duplicates, operations, revisions, workflow
from prisoners.desk.dossiers import DossierError
from prisoners.desk.importing import running
from prisoners.desk.putting_back import put_back
from prisoners.desk.telling import refuse_telling
from prisoners.models import (
    HOLDING_BACK,
    Citation,
    Consent,
    Detention,
    Disclosure,
    DisclosureRule,
    Facility,
    How,
    Import,
    Merger,
    Operation,
    OperationKind,
    Prisoner,
    Record,
    Release,
    Role,
    Source,
    State,
    Translation,
    recorded,
)
from prisoners.models.duplicates import DuplicateCandidate
from prisoners.models.fields import IntervalField
from prisoners.models.looking import as_if_published
from prisoners.reading.snapshot import kept
from tests.desk import account, at_desk, sign_in
from tests.factories import (
    ChargeFactory,
    DealFactory,
    DetentionFactory,
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
from tests.lists import viasna_row
from tests.reader import read
from tests.reviewing import give_sources
from tests.test_admin import errors, row, save
from tests.test_dossiers import Load, dossier
from tests.test_importing import brought, previewed
from tests.test_merging import merge

__all__ = ["dossier"]

pytestmark = pytest.mark.django_db

NAMES = "in the flat of Quill"
HOLDS = "holds the name: change or withhold it first"


@pytest.fixture
def user() -> User:
    return account(Role.EDITOR, name="test-editor")


def stored(record: Record) -> Any:
    return type(record)._default_manager.get(pk=record.pk)


def nameless(**values: Any) -> Detention:
    """Make a public detention of somebody who is shown by initials."""
    detention: Detention = DetentionFactory.create(
        published=True,
        prisoner__name__text="Zoltan Quill",
        began="2021-07-14",
        **values,
    )
    disclosure.show_as(person=detention.prisoner, identity="initials", reason="a test")
    return stored(detention)  # type: ignore[no-any-return]  # comes without types


def hold_back(
    record: Any, field: str, how: str = How.WITHHELD, reason: str = "a test"
) -> DisclosureRule:
    return disclosure.hold_back(record=record, field=field, how=how, reason=reason)


def is_told(detention: Detention) -> bool:
    return "Quill" in Client().get(stored(detention.prisoner).get_absolute_url()).content.decode()


@contextmanager
def refused(words: str = HOLDS) -> Iterator[None]:
    with pytest.raises(ValidationError) as raised:
        yield
    assert words in " ".join(raised.value.messages)


# A name in a text that is entered after it was taken out of sight


@pytest.mark.parametrize(
    ("factory", "values"),
    [
        (ChargeFactory, {"wording": "insulting Quill"}),
        (SentenceFactory, {"court": "Quill district court"}),
        (ChargeFactory, {"wording": "дело Квілла"}),
    ],
)
def test_a_part_whose_text_names_them_is_not_published(factory: Any, values: Any) -> None:
    detention = nameless()
    PrisonerNameFactory.create(
        prisoner=detention.prisoner, text="Золтан Квіл", language="be",
        disclosure="withheld", disclosure_reason="a test",
    )  # fmt: skip
    part = factory.create(detention=detention, **values)
    cite(part, state="published", source=SourceFactory.create(published=True))
    with refused():
        workflow.publish(record=part)
    assert stored(part).state == State.DRAFT
    type(part)._default_manager.filter(pk=part.pk).update(**dict.fromkeys(values, "of the country"))
    workflow.publish(record=stored(part))
    assert stored(part).state == State.PUBLISHED
    assert not is_told(detention)


BEFORE = "What is said of a trial goes on for more than a few words before a name stands in it. "


@pytest.mark.parametrize("text", [f"{BEFORE}Quill was there.", f"{BEFORE * 2}Была Квілла."])
def test_a_name_is_found_at_the_end_of_a_long_text(text: str) -> None:
    detention = nameless()
    charge = ChargeFactory.create(detention=detention, wording=text)
    cite(charge, state="published", source=SourceFactory.create(published=True))
    with refused():
        workflow.publish(record=charge)
    assert stored(charge).state == State.DRAFT


def test_a_name_is_found_in_a_script_without_spaces() -> None:
    detention = nameless()
    PrisonerNameFactory.create(
        prisoner=detention.prisoner, text="虚构 人物", language="zh",
        disclosure="withheld", disclosure_reason="a test",
    )  # fmt: skip
    detention.place = "在虚构人物的家里"
    detention.save()
    with refused():
        refuse_telling(detention)
    detention.place = "在别人的家里"
    detention.save()
    refuse_telling(detention)


def test_what_was_entered_for_a_draft_is_looked_at_when_all_of_it_is_published() -> None:
    detention = DetentionFactory.create(prisoner__name__text="Zoltan Quill")
    person = detention.prisoner
    disclosure.show_as(person=person, identity="anonymous", reason="a test")
    RecognitionFactory.create(
        prisoner=person, statement="It says that Quill is one.", organisation__published=True
    )
    cite(person, state="published", source=SourceFactory.create(published=True))
    with refused():
        workflow.publish(record=stored(person))
    assert stored(person).state == State.DRAFT


def test_a_translation_that_names_them_is_not_published() -> None:
    detention = nameless(place="a flat")
    text = TranslationFactory.create(
        actor=None, detention=detention, field="place", language="be", text="кватэра Quill"
    )
    with refused():
        workflow.publish(record=text)
    assert stored(text).state == State.DRAFT


def test_a_proposal_that_names_them_is_not_accepted(user: User) -> None:
    detention = nameless(place="a flat")
    cite(detention, source=SourceFactory.create(published=True))
    revision = revisions.propose(
        record=detention,
        changes={("detention", detention.pk): {"place": ["a flat", NAMES]}},
        by=account(Role.RESEARCHER, name="test-proposer"),
    )
    with refused():
        revisions.accept(revision=give_sources(revision), by=user)
    assert stored(detention).place == "a flat"
    revision.refresh_from_db()
    assert revision.is_open


def test_a_form_that_names_them_is_refused_and_says_which_text(one_person_team: None) -> None:
    detention = nameless(place="a flat")
    cite(detention, state="published")
    desk = at_desk(Client())
    page = reverse("admin:prisoners_detention_change", args=[detention.pk])
    response = save(desk, page, place=NAMES)
    assert f"“{NAMES}” {HOLDS}." in " ".join(errors(response))
    assert "Changed in public" not in response.content.decode()
    assert stored(detention).place == "a flat"
    assert save(desk, page, place="a house").status_code == 302
    assert stored(detention).place == "a house"


def test_a_form_that_would_be_proposed_is_refused_too(user: User) -> None:
    detention = nameless(place="a flat")
    cite(detention, state="published")
    page = reverse("admin:prisoners_detention_change", args=[detention.pk])
    response = save(sign_in(Client(), user), page, place=NAMES)
    assert HOLDS in " ".join(errors(response))


def test_a_withheld_part_that_names_them_is_not_shown_again(one_person_team: None) -> None:
    detention = nameless()
    charge = ChargeFactory.create(
        detention=detention, state="published", wording="insulting Quill",
        disclosure="withheld", disclosure_reason="a test",
    )  # fmt: skip
    page = reverse("admin:prisoners_charge_change", args=[charge.pk])
    desk = at_desk(Client())
    assert HOLDS in " ".join(errors(save(desk, page, disclosure="public")))
    assert stored(charge).disclosure == Disclosure.WITHHELD


def test_a_new_spelling_is_looked_for_in_what_is_public(one_person_team: None) -> None:
    detention = nameless(place="in the house of Zaphod")
    desk = at_desk(Client())
    page = reverse("admin:prisoners_prisoner_change", args=[detention.prisoner_id])
    there = detention.prisoner.names.count()
    spelling = row(
        "names", there, there + 1, text="Zaphod Quill", language="de", script="Latn", kind="alias"
    )
    # Here it would be public, which the database refuses.
    assert errors(save(desk, page, spelling))
    PrisonerNameFactory.create(
        prisoner=detention.prisoner, text="Zaphod Quill", language="de",
        disclosure="withheld", disclosure_reason="a test",
    )  # fmt: skip
    with refused("house of Zaphod"):
        refuse_telling(stored(detention.prisoner))


def test_a_dossier_that_names_them_is_not_loaded(dossier: Load) -> None:
    quill = ('text = "Ann Test"', 'text = "Zoltan Quill"')
    dossier(quill)
    person = Prisoner.objects.get(slug="ann")
    disclosure.show_as(person=person, identity="anonymous", reason="a test")
    named = f'country = "AQ"\n  place = "{NAMES}"\n  cite.place = "paper ¶3"\n  began'
    with pytest.raises(DossierError) as raised:
        dossier(quill, ('country = "AQ"\n  began', named))
    assert HOLDS in " ".join(str(one) for one in raised.value.problems)
    assert Detention.objects.get().place == ""


@pytest.mark.usefixtures("one_person_team")
def test_what_an_import_touches_is_looked_at_and_nothing_of_it_is_written(user: User) -> None:
    one, _said = brought([viasna_row(1)])
    assert one.source is not None
    for record in (one.source, Facility.objects.get(), Prisoner.objects.get()):
        workflow.publish(record=record)
    person = Prisoner.objects.get()
    # Before there were initials, or past every verb: a text that names them is public.
    word = max(person.name.split(), key=len)
    disclosure.show_as(person=person, identity="anonymous", reason="a test")
    Detention.objects.update(place=f"the flat of {word}")
    again = previewed([viasna_row(1, birthday="1984-01-03")])
    running.decide(row=again.rows.get(), what="birth", choice="take")
    birth = stored(person).birth
    with pytest.raises(running.NotImportedError, match="holds the name"):
        running.run(one=again, by=user)
    assert stored(person).birth == birth
    again.refresh_from_db()
    assert HOLDS in again.error


def test_undoing_and_putting_back_bring_no_name_back(user: User) -> None:
    detention = DetentionFactory.create(
        published=True, prisoner__name__text="Zoltan Quill", place=NAMES
    )
    operation = Operation.objects.create(kind=OperationKind.BULK)
    with recorded(operation=operation):
        detention.place = "a flat"
        detention.save()
    disclosure.show_as(person=detention.prisoner, identity="anonymous", reason="a test")
    with refused():
        operations.undo(operation=operation, by=user)
    rows = Detention.history.filter(id=detention.pk).order_by("history_id")
    with refused():
        put_back(row=rows.first(), fields=["place"], by=user, reason="a test")
    assert stored(detention).place == "a flat"
    assert Operation.objects.count() == 1


def test_a_merge_brings_no_text_that_names_them() -> None:
    kept, merged = (
        PrisonerFactory.create(published=True, name__text="Zoltan Quill") for _ in range(2)
    )
    for person in (kept, merged):
        cite(person)
    RecognitionFactory.create(published=True, prisoner=merged, statement="It says that Quill is.")
    disclosure.show_as(person=kept, identity="anonymous", reason="a test")
    with pytest.raises(ValidationError):
        merge(stored(kept), stored(merged))
    assert not Merger.objects.exists()


def test_a_fact_that_names_them_is_not_lifted() -> None:
    detention = DetentionFactory.create(
        published=True, prisoner__name__text="Zoltan Quill", place=NAMES
    )
    rule = hold_back(detention, "place")
    disclosure.show_as(person=detention.prisoner, identity="anonymous", reason="a test")
    with refused():
        disclosure.lift(rule=rule)
    assert stored(detention).held == {"place": How.WITHHELD}
    desk = at_desk(Client())
    page = reverse("admin:prisoners_prisoner_shown", args=[detention.prisoner_id])
    number = DisclosureRule.objects.get().pk
    response = desk.post(page, {"verb": "lift", "rule": number}, follow=True)
    assert HOLDS in response.content.decode()
    assert stored(detention).held == {"place": How.WITHHELD}


# A name in what is said of something else


@pytest.fixture
def freed() -> Detention:
    """Somebody public, who was freed in a public release that belongs to a deal."""
    detention: Detention = DetentionFactory.create(
        published=True, prisoner__name__text="Zoltan Quill", end_kind="released"
    )
    release = ReleaseFactory.create(published=True, deal=DealFactory.create(published=True))
    ReleaseOutcomeFactory.create(published=True, release=release, detention=detention)
    StatementFactory.create(published=True, release=release)
    cite(detention, source=SourceFactory.create(published=True, title="A test report"))
    return detention


@pytest.mark.parametrize(
    ("kind", "field", "text"),
    [
        ("release", "context", "Quill was among them."),
        ("release", "title", "The release of Zoltan Quill"),
        ("deal", "summary", "For Quill and others."),
        ("statement", "text", "He welcomed Quill."),
        ("source", "title", "Quill sentenced"),
        ("release", "context", "Квіла вызвалілі."),
    ],
)
def test_nobody_loses_their_name_while_what_they_are_linked_with_says_it(
    freed: Detention, kind: str, field: str, text: str
) -> None:
    PrisonerNameFactory.create(
        published=True, prisoner=freed.prisoner, text="Золтан Квіл", language="be"
    )
    release = Release.objects.get()
    told: Any = {
        "release": release,
        "deal": release.deal,
        "statement": release.statements.get(),
        "source": Source.objects.get(title="A test report"),
    }[kind]
    setattr(told, field, text)
    told.save()
    with pytest.raises(ValidationError) as raised:
        disclosure.show_as(person=freed.prisoner, identity="anonymous", reason="a test")
    assert raised.value.messages == [f"{kind.capitalize()}: “{text}” {HOLDS}."]
    assert stored(freed.prisoner).identity == "full"
    told.disclosure, told.disclosure_reason = "withheld", "a test"
    told.save()
    disclosure.show_as(person=freed.prisoner, identity="anonymous", reason="a test")


@pytest.mark.parametrize(
    "text", ["Zoltan Vymysel was among them.", "They were announced by quilters."]
)
def test_a_namesakes_given_name_keeps_nobody_from_being_protected(
    freed: Detention, text: str
) -> None:
    release = Release.objects.get()
    release.context = text.replace("quilters", "others")
    release.save()
    disclosure.show_as(person=freed.prisoner, identity="anonymous", reason="a test")
    assert stored(freed.prisoner).identity == "anonymous"


def test_what_is_published_later_of_a_release_or_a_source_names_nobody_either(
    freed: Detention, one_person_team: None
) -> None:
    disclosure.show_as(person=freed.prisoner, identity="anonymous", reason="a test")
    release = Release.objects.get()
    said = StatementFactory.create(release=release, speaker__published=True, text="Of Quill.")
    text = TranslationFactory.create(
        actor=None, release=release, field="title", language="be", text="Вызваленне Quill"
    )
    source = SourceFactory.create(title="Quill sentenced")
    cite(freed, "began", source, state="draft")
    cite(said, state="published", source=SourceFactory.create(published=True))
    for record in (said, text, source):
        with refused():
            workflow.publish(record=record)
        assert stored(record).state == State.DRAFT
    desk = at_desk(Client())
    page = reverse("admin:prisoners_release_change", args=[release.pk])
    assert HOLDS in " ".join(errors(save(desk, page, context="With Quill.")))
    assert stored(release).context == ""
    # Somebody who is shown by name is named as before.
    other = ReleaseFactory.create(published=True, context="With Quill.")
    assert save(
        desk, reverse("admin:prisoners_release_change", args=[other.pk]), context="Quill went."
    ).status_code == 302  # fmt: skip


# A death that the end of a detention tells


def died(**values: Any) -> Detention:
    detention: Detention = DetentionFactory.create(
        published=True,
        prisoner__death="2024-03-04",
        began="2021-07-14",
        ended="2024-03-04",
        end_kind="died",
        **values,
    )
    return detention


@pytest.mark.parametrize("how", [How.MONTH, How.YEAR])
def test_with_a_death_the_end_of_the_detention_shows_no_more_of_its_day(how: str) -> None:
    detention = died()
    hold_back(detention.prisoner, "death", how)
    assert stored(detention).held == {"ended": how}
    text = read(detention.prisoner.get_absolute_url()).main.text
    assert "4 March 2024" not in text
    assert "2024" in text
    # Nor does it when less is shown of the death later.
    hold_back(stored(detention.prisoner), "death", How.YEAR)
    assert str(stored(detention).ended) == "2024"


def test_nothing_of_a_death_is_shown_only_where_no_detention_tells_it() -> None:
    detention = died()
    with refused("Withhold that detention first"):
        hold_back(detention.prisoner, "death")
    assert stored(detention.prisoner).held == {}
    detention.disclosure, detention.disclosure_reason = "withheld", "a test"
    detention.save()
    hold_back(stored(detention.prisoner), "death")
    text = read(detention.prisoner.get_absolute_url()).main.text
    assert "2024" not in text
    assert "death in custody" not in text


def test_the_end_of_a_detention_is_not_held_back_while_the_death_tells_it() -> None:
    detention = died()
    with refused("Hold the death back first"):
        hold_back(detention, "ended", How.YEAR)
    assert stored(detention).held == {}
    hold_back(detention.prisoner, "death", How.YEAR)
    assert stored(detention).held == {"ended": How.YEAR}


def test_the_end_of_a_detention_is_shown_again_with_the_death_and_not_before() -> None:
    detention = died()
    rule = hold_back(detention.prisoner, "death", How.YEAR)
    with refused("tells the day of the death"):
        disclosure.lift(rule=stored(detention).disclosure_rules.get())
    assert str(stored(detention).ended) == "2024"
    # Each tells the other, and they are shown again together.
    disclosure.lift(rule=rule)
    assert str(stored(detention.prisoner).death) == "2024-03-04"
    assert str(stored(detention).ended) == "2024-03-04"
    assert not DisclosureRule.objects.exists()


def test_an_end_that_is_held_back_for_a_reason_of_its_own_stays_so() -> None:
    detention = died()
    rule = hold_back(detention.prisoner, "death", How.YEAR)
    hold_back(stored(detention), "ended", How.YEAR, reason="another test")
    with refused("for a reason of its own"):
        disclosure.lift(rule=rule)
    text = read(detention.prisoner.get_absolute_url()).main.text
    assert "2024" in text
    assert "4 March 2024" not in text
    assert DisclosureRule.objects.count() == 2
    # Once that reason is over, both are shown again together.
    hold_back(stored(detention), "ended", How.YEAR, reason=rule.reason)
    disclosure.lift(rule=DisclosureRule.objects.get(prisoner=detention.prisoner))
    assert "4 March 2024" in read(detention.prisoner.get_absolute_url()).main.text


def test_a_detention_that_tells_a_death_is_not_published(one_person_team: None) -> None:
    person = PrisonerFactory.create(published=True, death="2024-03-04")
    hold_back(person, "death")
    detention = DetentionFactory.create(
        prisoner=stored(person), ended="2024-03-04", end_kind="died"
    )
    cite(detention, state="published", source=SourceFactory.create(published=True))
    with refused("nothing is to be shown of the death"):
        workflow.publish(record=detention)
    assert stored(detention).state == State.DRAFT
    open_one = DetentionFactory.create(published=True, prisoner=PrisonerFactory.create(
        published=True, death="2024-03-04"))  # fmt: skip
    cite(open_one, state="published")
    hold_back(open_one.prisoner, "death")
    page = reverse("admin:prisoners_detention_change", args=[open_one.pk])
    response = save(at_desk(Client()), page, ended="2024-03-04", end_kind="died")
    assert "nothing is to be shown of the death" in " ".join(errors(response))
    assert stored(open_one).end_kind == ""


# Consents


def consent(person: Prisoner, **values: Any) -> Consent:
    given: dict[str, Any] = {"given_by": "Test Mother", "given_as": "relative"}
    given |= {"given_on": date(2021, 7, 14), "for_name": True}
    made: Consent = Consent.objects.create(prisoner=person, **{**given, **values})
    return made


def is_public(person: Prisoner) -> bool:
    return Client().get(person.get_absolute_url()).status_code == 200


def test_whoever_is_hidden_since_a_consent_ended_stays_so_without_it() -> None:
    person = PrisonerFactory.create(published=True)
    ended = consent(person, until=date(2022, 1, 1))
    assert not is_public(person)
    for delete in (ended.delete, Consent.objects.all().delete, person.consents.all().delete):
        with pytest.raises(ProtectedError, match="is not deleted"), transaction.atomic():
            delete()
    desk = at_desk(Client())
    page = reverse("admin:prisoners_consent_delete", args=[ended.pk])
    shown = desk.get(page).content.decode()
    assert "Enter the day on which it was withdrawn" in shown
    desk.post(page, {"post": "yes"})
    desk.post(
        reverse("admin:prisoners_consent_changelist"),
        {"action": "delete_selected", "_selected_action": [ended.pk], "post": "yes"},
    )
    assert Consent.objects.filter(pk=ended.pk).exists()
    assert not is_public(person)


def test_a_consent_that_is_deleted_before_it_ended_is_withdrawn_today() -> None:
    person = PrisonerFactory.create(published=True)
    running_one = consent(person)
    assert is_public(person)
    page = reverse("admin:prisoners_consent_delete", args=[running_one.pk])
    response = at_desk(Client()).post(page, {"post": "yes"}, follow=True)
    assert "withdrawn today" in response.content.decode()
    assert "deleted successfully" not in response.content.decode()
    assert Consent.objects.get().withdrawn_on == timezone.localdate()
    assert not is_public(person)


def test_a_consent_is_neither_narrowed_nor_moved_once_it_has_ended() -> None:
    person, other = (PrisonerFactory.create(published=True) for _ in range(2))
    ended = consent(person, until=date(2022, 1, 1), for_biography=True)
    desk = at_desk(Client())
    page = reverse("admin:prisoners_consent_change", args=[ended.pk])
    sent = {
        "prisoner": person.pk, "given_by": "Test Mother", "given_as": "relative",
        "given_on": "2021-07-14", "for_name": "on", "for_biography": "on", "until": "2022-01-01",
    }  # fmt: skip
    for changed in ({"for_name": ""}, {"for_biography": ""}, {"prisoner": other.pk}):
        assert desk.post(page, sent | changed).status_code == 200
        assert not is_public(person)
        assert stored_consent(ended) == (person.pk, True, True)
    # A day that was wrong is put right.
    assert desk.post(page, sent | {"until": "2099-01-01"}).status_code == 302
    assert is_public(person)


def stored_consent(one: Consent) -> tuple[int, bool, bool]:
    now = Consent.objects.get(pk=one.pk)
    return now.prisoner_id, now.for_name, now.for_biography


# What the desk tells somebody who may not read what is restricted


@pytest.fixture
def researcher() -> Client:
    return at_desk(Client(), Role.RESEARCHER)


SECRETS = ("ZQTEXT", "ZQWHERE", "ZQSAYS")


@pytest.fixture
def held() -> Prisoner:
    """Somebody whose biography is held back, with what was entered beside it."""
    person: Prisoner = PrisonerFactory.create(published=True, biography="Bred bees.")
    DetentionFactory.create(published=True, prisoner=person)
    cite(person, "biography", locator="ZQWHERE")
    cite(person, "biography", stance="contradicts", value="ZQSAYS")
    TranslationFactory.create(
        published=True, actor=None, prisoner=person, field="biography", language="be", text="ZQTEXT"
    )
    cite(person, "birth", locator="shown")
    hold_back(person, "biography")
    return person


def desk_pages(person: Prisoner) -> list[str]:
    name = "admin:prisoners_"
    text, citations = Translation.objects.get(), Citation.objects.filter(field="biography")
    return [
        *(reverse(f"{name}prisoner_{page}", args=[person.pk]) for page in ("change", "history")),
        reverse(f"{name}prisoner_known", args=[person.pk]),
        reverse(f"{name}translation_changelist"),
        reverse(f"{name}translation_change", args=[text.pk]),
        reverse(f"{name}translation_history", args=[text.pk]),
        reverse(f"{name}citation_changelist"),
        *(reverse(f"{name}citation_change", args=[one.pk]) for one in citations),
        *(reverse(f"{name}citation_history", args=[one.pk]) for one in citations),
    ]


def test_no_translation_or_citation_of_a_fact_held_back_is_read_by_everybody(
    researcher: Client, held: Prisoner, user: User
) -> None:
    for page in desk_pages(held):
        response = researcher.get(page, follow=True)
        text = response.content.decode()
        assert response.status_code in (200, 404)
        assert [secret for secret in SECRETS if secret in text] == [], page
    listed = researcher.get(reverse("admin:prisoners_citation_changelist")).content.decode()
    assert "shown" in listed
    editor = sign_in(Client(), user)
    seen = "".join(editor.get(page).content.decode() for page in desk_pages(held))
    assert [secret for secret in SECRETS if secret not in seen] == []


def test_a_researcher_saves_the_page_of_which_a_part_is_not_shown(
    researcher: Client, held: Prisoner
) -> None:
    Prisoner.objects.filter(pk=held.pk).update(state=State.DRAFT)
    page = reverse("admin:prisoners_prisoner_change", args=[held.pk])
    assert save(researcher, page, gender="female").status_code == 302
    assert stored(held).gender == "female"
    assert Translation.objects.get().text == "ZQTEXT"
    assert Citation.objects.filter(field="biography").count() == 2


def test_a_proposal_shows_no_citation_of_what_is_held_back_since(
    researcher: Client, held: Prisoner, user: User
) -> None:
    revision = revisions.propose(
        record=held,
        changes={("prisoner", held.pk): {"biography": ["Bred bees.", "Bred birds."]}},
        by=account(Role.RESEARCHER, name="test-proposer"),
    )
    page = reverse("admin:prisoners_revision_change", args=[revision.pk])
    text = researcher.get(page).content.decode()
    assert [one for one in (*SECRETS, "bees", "birds") if one in text] == []
    assert "ZQWHERE" in sign_in(Client(), user).get(page).content.decode()


def test_what_was_merged_into_a_record_keeps_back_what_that_one_does(researcher: Client) -> None:
    kept_one, merged = (
        PrisonerFactory.create(published=True, name__text="Zoltan Quill", birth="1980-04-05")
        for _ in range(2)
    )
    for person in (kept_one, merged):
        cite(person)
        DetentionFactory.create(
            published=True, prisoner=person, began="2021-07-14", place="ZQPLACE", ended="2022",
            end_kind="released",
        )  # fmt: skip
    merge(
        stored(kept_one), stored(merged),
        **{f"episode-{kept_one.detentions.get().pk}-{merged.detentions.get().pk}": "same"},
    )  # fmt: skip
    hold_back(stored(kept_one), "birth")
    hold_back(kept_one.detentions.order_by("pk")[0], "place")
    assert stored(merged).birth is None
    for person in (kept_one, merged):
        for page in ("change", "history", "known"):
            address = reverse(f"admin:prisoners_prisoner_{page}", args=[person.pk])
            text = researcher.get(address).content.decode()
            assert "1980" not in text, address
            assert "ZQPLACE" not in text, address


def test_what_was_put_back_is_named_without_a_day_or_a_text(user: User, held: Prisoner) -> None:
    detention = held.detentions.get()
    detention.began, detention.place = "2021-07-14", "a street"
    detention.save()
    detention.place = "a square"
    detention.save()
    row_of = Detention.history.filter(id=detention.pk, place="a street").latest("history_id")
    put_back(row=row_of, fields=["place"], by=user, reason="a test")
    assert Operation.objects.get().label == f"Detention “{held}”"


def test_possible_duplicates_are_compared_anew_when_a_fact_is_held_back_or_lifted() -> None:
    one = PrisonerFactory.create(name__text="Zoltan Quill", birth="1980-04-05")
    PrisonerFactory.create(name__text="Zoltan Quill", birth="1980-04-05")
    duplicates.look_again(people=[one.pk])
    assert "same_birth" in DuplicateCandidate.objects.get().marks
    rule = hold_back(one, "birth")
    assert "birth" not in DuplicateCandidate.objects.get().marks
    disclosure.lift(rule=rule)
    assert "same_birth" in DuplicateCandidate.objects.get().marks


# A month of what is no date


def test_the_database_refuses_to_show_the_month_of_what_is_no_date() -> None:
    detention = DetentionFactory.create(place="a square", began="2021-07-14")
    with pytest.raises(DatabaseError, match="part_of_a_date"), transaction.atomic():
        DisclosureRule.objects.create(
            detention=detention, field="place", how=How.MONTH, reason="a test"
        )
    hold_back(detention, "began", How.MONTH)


def test_a_name_is_one_of_a_date_in_every_record_or_in_none() -> None:
    kinds: dict[str, set[bool]] = {}
    for model in HOLDING_BACK.values():
        for name in model.sensitive:
            is_date = isinstance(model._meta.get_field(name), IntervalField)
            kinds.setdefault(name, set()).add(is_date)
    assert [name for name, found in kinds.items() if len(found) > 1] == []


# A preview


def test_columns_that_are_read_while_a_draft_is_previewed_hold_no_draft() -> None:
    public = PrisonerFactory.create(published=True)
    draft = PrisonerFactory.create()
    for read_all in (kept.current, kept.keep_in_files):
        kept._kept.clear()
        with as_if_published({Prisoner: frozenset({draft.pk})}):
            assert draft in Prisoner.objects.published()
            snapshot = read_all()
        numbers = [one for part in snapshot.parts for one in part.columns.numbers.tolist()]
        assert numbers == [public.pk]
    assert f"/{draft.slug}/" not in Client().get("/prisoners/").content.decode()


# What is due


@pytest.fixture
def today() -> date:
    return timezone.localdate()


def work(client: Client) -> str:
    return " ".join(read_text(client.get(reverse("admin:work", args=["disclosures"]))).split())


def read_text(response: Any) -> str:
    assert response.status_code == 200
    text: str = response.content.decode()
    return text


def test_rules_whose_day_has_come_and_consents_that_end_soon_are_to_be_looked_at(
    today: date,
) -> None:
    detention = DetentionFactory.create(
        published=True, prisoner__name__text="Zoltan Quill", place="a square", began="2021-07-14"
    )
    for field, day in (("place", today), ("began", today + timedelta(days=1))):
        disclosure.hold_back(
            record=stored(detention), field=field, how="withheld", reason="a test", review_on=day
        )
    ending = PrisonerFactory.create(published=True, name__text="Ada Vymysel")
    consent(ending, until=today + timedelta(days=30))
    later = PrisonerFactory.create(published=True, name__text="Eva Later")
    consent(later, until=today + timedelta(days=31))
    prolonged = PrisonerFactory.create(published=True, name__text="Ida Prolonged")
    consent(prolonged, until=today)
    consent(prolonged)
    text = work(at_desk(Client()))
    assert "where the arrest was: visitors see nothing" in text
    assert (
        f'href="{reverse("admin:prisoners_prisoner_shown", args=[detention.prisoner_id])}"' in text
    )
    assert "began: visitors see" not in text
    assert "consent by Test Mother" in text
    assert "Ada Vymysel" in text
    assert "Eva Later" not in text
    assert "Ida Prolonged" not in text


def test_what_is_due_asks_as_often_for_many_as_for_few(
    today: date,
) -> None:
    def some() -> None:
        detention = DetentionFactory.create(published=True, place="a square")
        disclosure.hold_back(
            record=detention, field="place", how="withheld", reason="a test", review_on=today
        )
        consent(detention.prisoner, until=today)

    client = at_desk(Client())
    counts = []
    for _ in range(2):
        some()
        some()
        with CaptureQueriesContext(connection) as asked:
            work(client)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def import_pages(one: Import) -> list[str]:
    return [
        reverse(f"admin:prisoners_import_{name}", args=[one.pk]) for name in ("change", "report")
    ]


def read_streamed(client: Client, page: str) -> str:
    response = client.get(page)
    return response.getvalue().decode()


def test_a_list_is_read_by_nobody_but_whoever_brought_it_and_who_reads_what_is_restricted(
    researcher: Client, user: User
) -> None:
    by = account(Role.RESEARCHER, name="test-bringer")
    brought([viasna_row(1, name="Zoltan Quill", birthday="1980-04-05")])
    Import.objects.update(made_by=by)
    person = Prisoner.objects.get()
    # Of somebody in another list nobody has said yet who it is.
    other = PrisonerFactory.create(name__text="Bertil Quill", birth="1980-04-05")
    waiting = previewed([viasna_row(2, name="Bertil Quill", birthday="1980-04-05")], by=by)
    done = Import.objects.exclude(pk=waiting.pk).get()
    pages = [*import_pages(done), *import_pages(waiting)]
    own = sign_in(Client(), by)
    assert all("Quill" in read_streamed(own, page) for page in pages)
    # Who the row is about is in the record, whose name is told and not that of the list.
    assert "Quill" in read_streamed(researcher, pages[0])
    for one in (person, other):
        disclosure.show_as(person=one, identity="anonymous", reason="a test")
    for page in (pages[0], pages[2]):
        text = read_streamed(researcher, page)
        assert "Quill" not in text, page
        assert "1980" not in text, page
        for one in (stored(person), stored(other)):
            assert one.public_id not in text, page
            assert reverse("admin:prisoners_prisoner_change", args=[one.pk]) not in text, page
    for page in (pages[1], pages[3]):
        assert researcher.get(page).status_code == 403
    for allowed in (user, by):
        assert "Quill" in read_streamed(sign_in(Client(), allowed), pages[0])
