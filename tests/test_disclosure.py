"""What visitors see of one person: facts held back, names, addresses, consents, children."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import DatabaseError, connection, transaction
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from prisoners import dates
from prisoners.desk import disclosure, workflow
from prisoners.desk.name_index import differences
from prisoners.models import (
    HOLDING_BACK,
    Consent,
    Detention,
    Disclosure,
    DisclosureRule,
    FormerAddress,
    How,
    NameKey,
    Prisoner,
    PrisonerName,
    State,
)
from prisoners.models.looking import by_a_visitor
from prisoners.reading.counts import withheld
from prisoners.reading.filters import PrisonerFilter
from prisoners.reading.search import find
from prisoners.reading.snapshot.kept import current
from tests.factories import (
    AffiliationFactory,
    DetentionFactory,
    ExternalIdFactory,
    PlacementFactory,
    PrisonerFactory,
    PrisonerNameFactory,
    RecognitionFactory,
    StatementFactory,
    TranslationFactory,
    cite,
)
from tests.reader import read

pytestmark = pytest.mark.django_db

DAY = date(2021, 7, 14)


def hold_back(record: Any, field: str, how: str = How.WITHHELD) -> DisclosureRule:
    return disclosure.hold_back(record=record, field=field, how=how, reason="a test")


def asking(**query: str) -> PrisonerFilter:
    asked = PrisonerFilter(QueryDict(urlencode(query)), current(), today=timezone.localdate())
    assert asked.is_valid(), asked.form.errors
    return asked


def listed(**query: str) -> set[int]:
    return set(asking(**query).numbers().tolist())


# Facts held back ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "unit", "expected"),
    [
        ("2021-07-14", "year", "2021"),
        ("2021-07-14", "month", "2021-07"),
        ("2021-07-14?", "year", "2021?"),
        ("2021-07", "month", "2021-07"),
        ("2021", "month", "2021-01/2021-12"),
        ("2020-12-30/2021-01-02", "year", "2020/2021"),
        ("../2021-07-14", "year", "../2021"),
        ("2021-07-14/..", "month", "2021-07/.."),
        ("2021-07-14~", "year", "2021"),
    ],
)
def test_a_date_is_made_coarser_and_stays_so(text: str, unit: str, expected: str) -> None:
    interval = dates.parse(text)
    assert interval is not None
    coarse = dates.coarser(interval, unit)
    assert coarse.text == expected
    assert dates.coarser(coarse, unit) == coarse
    assert (coarse.first or date.min) <= (interval.first or date.min)
    assert (coarse.last or date.max) >= (interval.last or date.max)


def test_a_fact_that_is_withheld_stands_in_its_rule_and_comes_back_when_it_is_lifted() -> None:
    person = PrisonerFactory.create(
        published=True, birth="1980-03-02", occupation="baker", occupation_group="work"
    )
    for field in ("birth", "occupation"):
        hold_back(person, field)
    person.refresh_from_db()
    assert (person.birth, person.birth_first, person.occupation) == (None, None, "")
    assert person.occupation_group == ""
    assert listed(occupation="not_stated") == {person.pk}
    assert "1980" not in read(person.get_absolute_url()).main.text
    for rule in DisclosureRule.objects.all():
        disclosure.lift(rule=rule)
    person.refresh_from_db()
    assert (str(person.birth), person.occupation, person.held_back) == ("1980-03-02", "baker", "")
    assert person.occupation_group == "work"
    assert listed(occupation="work") == {person.pk}


def test_a_coarser_date_is_coarser_for_filters_counts_and_sorting_too() -> None:
    exact = DetentionFactory.create(published=True, began="2021-07-14", prisoner__slug="test-b")
    coarse = DetentionFactory.create(published=True, began="2021-07-14", prisoner__slug="test-a")
    hold_back(coarse, "began", How.YEAR)
    for asked in ("2021-07-14", "2021-11-02"):
        asks = asking(arrested=asked)
        is_certain = {
            number: one.is_certain
            for number, one in asks.standing(list(listed(arrested=asked))).items()
        }
        # Whatever day is asked for: possible, and never certain.
        assert is_certain[coarse.prisoner_id] is False
    assert exact.prisoner_id not in listed(arrested="2021-11-02")
    page = read(coarse.prisoner.get_absolute_url())
    assert "July" not in page.main.text
    assert "2021" in page.main.text


def test_what_comes_in_later_by_whatever_way_is_held_back_too() -> None:
    detention = DetentionFactory.create(published=True, began="2021")
    rule = hold_back(detention, "began", How.YEAR)
    detention.refresh_from_db()
    detention.began = "2021-07-14"
    detention.save()
    assert str(Detention.objects.get().began) == "2021"
    detention = Detention.objects.get()
    detention.began = "2021-07-15"
    Detention.objects.bulk_update([detention], ["began"])
    assert str(Detention.objects.get().began) == "2021"
    rule.refresh_from_db()
    assert rule.kept == {"began": "2021-07-15"}
    with pytest.raises(ValueError, match="one by one"):
        Detention.objects.update(began="2021-07-14")


def test_a_fact_that_was_entered_anew_is_not_undone_when_its_rule_is_lifted() -> None:
    detention = DetentionFactory.create(published=True, began="2021-07-14")
    rule = hold_back(detention, "began", How.YEAR)
    detention.refresh_from_db()
    detention.began = "2020"
    detention.save()
    disclosure.lift(rule=DisclosureRule.objects.get(pk=rule.pk))
    assert str(Detention.objects.get().began) == "2020"


def test_the_database_refuses_what_is_withheld() -> None:
    for model in HOLDING_BACK.values():
        names = {one.name for one in model._meta.constraints}
        assert f"{model._meta.model_name}_stays_withheld" in names
    person = PrisonerFactory.create(occupation="baker")
    hold_back(person, "occupation")
    with pytest.raises(DatabaseError), transaction.atomic():
        # As a hand at the database would write it.
        _sql("UPDATE prisoners_prisoner SET occupation = %s", ["baker"])
    detention = DetentionFactory.create(began="2021")
    hold_back(detention, "began", How.YEAR)
    with pytest.raises(DatabaseError), transaction.atomic():
        _sql("UPDATE prisoners_detention SET began = %s", ["2021-07"])


@pytest.mark.parametrize(
    ("how", "shown", "more"),
    [
        (How.MONTH, "2021-07", {"began": "2021-07-14"}),
        (How.MONTH, "2021-07", {"began": "2021-07-14/.."}),
        (How.MONTH, "2021-07", {"began_first": "2021-07-14"}),
        (How.MONTH, "2021-07", {"began_last": "2021-07-14"}),
        (How.MONTH, "2021-06/2021-07", {"began": "2021-06-14/2021-07"}),
        (How.YEAR, "2021", {"began_first": "2021-07-01"}),
        (How.YEAR, "2021", {"began_last": "2021-07-31"}),
    ],
)
def test_the_database_refuses_a_date_that_is_finer_than_is_shown(
    how: str, shown: str, more: dict[str, str]
) -> None:
    detention = DetentionFactory.create(began=shown)
    hold_back(detention, "began", how)
    columns = ", ".join(f"{name} = %s" for name in more)
    with pytest.raises(DatabaseError), transaction.atomic():
        _sql(f"UPDATE prisoners_detention SET {columns}", [*more.values()])  # noqa: S608  # our own
    if "began" not in more:
        with pytest.raises(DatabaseError), transaction.atomic():
            Detention.objects.update(**more)
    assert str(Detention.objects.get().began) == shown
    # What is as coarse goes in, and so does a day of what has no such rule.
    _sql("UPDATE prisoners_detention SET place = %s", ["a flat"])
    _sql(
        "UPDATE prisoners_detention SET began = %s, began_first = %s, began_last = %s",
        ["2020", "2020-01-01", "2020-12-31"],
    )
    other = DetentionFactory.create(began="2021-07")
    Detention.objects.filter(pk=other.pk).update(began="2021-07-14")


def _sql(statement: str, values: list[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.mark.parametrize("model", list(HOLDING_BACK.values()), ids=list(HOLDING_BACK))
def test_each_sensitive_field_is_in_the_rule_of_the_database(model: Any) -> None:
    rule = next(one for one in model._meta.constraints if one.name.endswith("_stays_withheld"))
    for field in model.sensitive:
        assert f"|{field}:withheld|" in str(rule.condition)


def test_a_rule_has_a_reason_and_a_field_that_it_can_be_about() -> None:
    person = PrisonerFactory.create(birth="1980", occupation="baker")
    for field, how, reason in (
        ("birth", How.YEAR, " "),
        ("slug", How.WITHHELD, "a test"),
        ("occupation", How.YEAR, "a test"),
    ):
        with pytest.raises(ValidationError):
            disclosure.hold_back(record=person, field=field, how=how, reason=reason)
    assert not DisclosureRule.objects.exists()
    assert Prisoner.objects.get().held_back == ""


def test_no_footnote_disagreement_or_translation_tells_what_is_held_back() -> None:
    detention = DetentionFactory.create(
        published=True, began="2021-07-14", place="a square", end_kind="released"
    )
    plain = cite(detention, "began")
    told = cite(detention, "began", plain.source, locator="entry of 14 July")
    cite(detention, "began", plain.source, value="15 July", stance="contradicts")
    cite(detention, "place", plain.source)
    TranslationFactory.create(
        published=True, actor=None, detention=detention, field="place", language="be", text="плошча"
    )
    addresses = (detention.prisoner.get_absolute_url(), plain.source.get_absolute_url())
    for path in addresses:
        assert told.locator in read(path).main.text
        assert "15 July" in read(path).main.text
    hold_back(detention, "began", How.YEAR)
    hold_back(detention, "place")
    for path in addresses:
        text = read(path).main.text
        assert "14 July" not in text
        assert "15 July" not in text
        assert "square" not in text
    assert "2021" in read(addresses[1]).main.text
    assert "плошча" not in read(f"/be{addresses[0]}").main.text


# The name -----------------------------------------------------------------------------------


@pytest.fixture
def known() -> Prisoner:
    """Somebody who is told by all that there can be of a person."""
    person: Prisoner = PrisonerFactory.create(
        published=True, slug="zoltan-quill", name__text="Zoltan Quill", biography="Bred bees."
    )
    PrisonerNameFactory.create(published=True, prisoner=person, text="Золтан Квіл", language="be")
    person.slug = "quill-zoltan"
    person.save()
    ExternalIdFactory.create(published=True, prisoner=person, value="zoltan_quill")
    AffiliationFactory.create(published=True, prisoner=person, role="founder of Quill")
    StatementFactory.create(published=True, speaker=None, prisoner=person)
    detention = DetentionFactory.create(published=True, prisoner=person, began="2021-07-14")
    cite(detention, "began", locator="on Zoltan Quill")
    return person


@pytest.mark.parametrize("identity", ["initials", "anonymous"])
def test_somebody_who_is_not_shown_by_name_is_told_nowhere(known: Prisoner, identity: str) -> None:
    sources = [one.source.get_absolute_url() for one in _citations(known)]
    disclosure.show_as(person=known, identity=identity, reason="a test")
    known.refresh_from_db()
    shown = "Z. Q." if identity == "initials" else known.public_id
    page = read(known.get_absolute_url())
    assert known.get_absolute_url() == f"/prisoners/{known.public_id}/"
    assert shown in page.title
    for path in (
        known.get_absolute_url(),
        f"/be{known.get_absolute_url()}",
        "/prisoners/",
        "/timeline/",
        "/sitemap.xml",
        *sources,
    ):
        text = Client().get(path).content.decode().lower()
        assert "quill" not in text
        assert "квіл" not in text
    for former in ("zoltan-quill", "quill-zoltan"):
        never = Client().get("/prisoners/nobody-was-ever-here/")
        gone = Client().get(f"/prisoners/{former}/")
        assert gone.status_code == never.status_code == 404
        assert gone.content.decode().replace(former, "") == never.content.decode().replace(
            "nobody-was-ever-here", ""
        )
    assert known.pk not in find("Zoltan Quill").prisoners or identity == "initials"
    assert not NameKey.objects.filter(is_public=True, name__text__contains="Quill").exists()
    assert [*differences(lambda _done: None)] == []


def _citations(person: Prisoner) -> list[Any]:
    return [one for detention in person.detentions.all() for one in detention.citations.all()]


def test_the_database_lets_no_name_out_of_somebody_who_is_not_shown_by_name(
    known: Prisoner,
) -> None:
    disclosure.show_as(person=known, identity="anonymous", reason="a test")
    made: list[Callable[[], Any]] = [
        lambda: PrisonerNameFactory.create(prisoner=known, text="Zoltan"),
        lambda: PrisonerName.objects.filter(prisoner=known).update(disclosure="public"),
        lambda: ExternalIdFactory.create(prisoner=known),
        lambda: AffiliationFactory.create(prisoner=known),
        lambda: StatementFactory.create(speaker=None, prisoner=known),
        lambda: Prisoner.objects.filter(pk=known.pk).update(slug="zoltan"),
        lambda: Prisoner.objects.filter(pk=known.pk).update(biography="Zoltan"),
    ]
    for make in made:
        with pytest.raises((DatabaseError, ValueError)), transaction.atomic():
            make()
    other = PrisonerFactory.create(published=True)
    with pytest.raises(DatabaseError), transaction.atomic():
        Prisoner.objects.filter(pk=other.pk).update(identity="initials", slug=other.public_id)


def test_a_text_that_holds_the_name_is_refused_and_nothing_is_changed(known: Prisoner) -> None:
    RecognitionFactory.create(
        published=True, prisoner=known, statement="It calls Quill a prisoner."
    )
    with pytest.raises(ValidationError, match="Quill"):
        disclosure.show_as(person=known, identity="anonymous", reason="a test")
    assert Prisoner.objects.get(pk=known.pk).identity == "full"
    assert Client().get("/prisoners/quill-zoltan/").status_code == 200


def test_somebody_is_shown_by_name_again_when_each_name_was_looked_at(known: Prisoner) -> None:
    disclosure.show_as(person=known, identity="initials", reason="a test")
    disclosure.show_as(person=known, identity="full", reason="")
    assert not known.names.filter(kind="initials").exists()
    assert known.names.filter(disclosure=Disclosure.PUBLIC).count() == 0
    name = known.names.get(language="en")
    name.disclosure = Disclosure.PUBLIC
    name.save()
    assert "Zoltan Quill" in read(f"/prisoners/{known.public_id}/").title


def test_an_address_is_forgotten_and_the_former_ones_answer_as_if_they_never_were(
    known: Prisoner,
) -> None:
    assert Client().get("/prisoners/zoltan-quill/").status_code == 301
    disclosure.forget_address(person=known)
    known.biography = "Keeps bees."
    known.save()
    assert not FormerAddress.objects.exists()
    for former in ("zoltan-quill", "quill-zoltan"):
        assert Client().get(f"/prisoners/{former}/").status_code == 404
    assert Client().get(f"/prisoners/{known.public_id}/").status_code == 200


# Consent ------------------------------------------------------------------------------------


def consent(person: Prisoner, **values: Any) -> Consent:
    given: dict[str, Any] = {"given_by": "Test Mother", "given_as": "relative", "given_on": DAY}
    made: Consent = Consent.objects.create(prisoner=person, **{**given, **values})
    return made


def test_somebody_shown_by_consent_is_withheld_without_one(client: Client) -> None:
    person = PrisonerFactory.create(published=True, basis="consent", name__text="Zoltan Quill")
    assert client.get(person.get_absolute_url()).status_code == 404
    assert find("Zoltan Quill").prisoners == []
    given = consent(person, for_name=True)
    assert client.get(person.get_absolute_url()).status_code == 200
    assert find("Zoltan Quill").prisoners == [person.pk]
    given.withdrawn_on = timezone.localdate()
    given.save()
    assert client.get(person.get_absolute_url()).status_code == 404
    assert find("Zoltan Quill").prisoners == []
    person.refresh_from_db()
    person.basis = Prisoner.Basis.RECORD
    person.save()
    assert client.get(person.get_absolute_url()).status_code == 404
    consent(person, for_name=True, given_on=timezone.localdate())
    assert client.get(person.get_absolute_url()).status_code == 200


def everywhere(person: Prisoner, facility: str) -> dict[str, bool]:
    """Return where a visitor meets somebody: pages, lists, counts, search, redirects."""
    client = Client()
    lists = ("/prisoners/", "/be/prisoners/", "/timeline/", "/sitemap.xml", facility)
    searches = ("/prisoners/?q=Zoltan+Quill", "/prisoners/?gender=other")
    found = {
        path: f"/{person.slug}/" in client.get(path).content.decode()
        for path in (*lists, *searches)
    }
    return found | {
        "page": client.get(person.get_absolute_url()).status_code == 200,
        "portrait": client.get(f"{person.get_absolute_url()}portrait").status_code == 200,
        "former": client.get("/prisoners/test-former/").status_code == 301,
        "found": find("Zoltan Quill").prisoners == [person.pk],
        "facets": any(asking().facets()["gender"].values()),
        "translated name": "Золтан" in client.get("/be/prisoners/").content.decode(),
    }


def test_a_consent_ends_by_itself_at_midnight_everywhere(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    person = PrisonerFactory.create(
        published=True, slug="test-former", name__text="Zoltan Quill", gender="other"
    )
    PrisonerNameFactory.create(
        published=True, prisoner=person, text="Золтан Квіл", language="be", is_display=True
    )
    person.slug = "test-quill"
    person.portrait.save("x.png", ContentFile(b"a picture"), save=False)
    person.portrait_rights = "Test"
    person.save()
    stay = PlacementFactory.create(
        published=True,
        detention__prisoner=person,
        detention__began="2021",
        facility__slug="test-jail",
    )
    last = timezone.localdate() + timedelta(days=3)
    consent(person, for_name=True, until=last)
    facility = stay.facility.get_absolute_url()
    clock = {"day": last}
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *_args: clock["day"])
    assert [name for name, is_there in everywhere(person, facility).items() if not is_there] == []
    assert withheld() == 0
    # Nothing is written meanwhile; only the day is another one.
    clock["day"] = last + timedelta(days=1)
    assert [name for name, is_there in everywhere(person, facility).items() if is_there] == []
    assert withheld() == 1
    assert listed() == set()
    clock["day"] = last
    assert [name for name, is_there in everywhere(person, facility).items() if not is_there] == []


def test_what_began_before_midnight_is_answered_as_of_the_day_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    person = PrisonerFactory.create(published=True)
    last = timezone.localdate()
    consent(person, for_name=True, until=last)
    with by_a_visitor(last):
        monkeypatch.setattr(
            "django.utils.timezone.localdate", lambda *_args: last + timedelta(days=1)
        )
        assert list(Prisoner.objects.published()) == [person]
        assert len(current()) == 1
    assert list(Prisoner.objects.published()) == []
    assert len(current()) == 0


def test_portrait_and_biography_go_with_the_consent_to_them_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, client: Client
) -> None:
    person = PrisonerFactory.create(
        published=True, biography="Bred bees.", occupation="beekeeper", portrait_rights="Test Press"
    )
    person.portrait.save("x.png", ContentFile(b"a picture"))
    citation = cite(person, "biography", locator="on bees")
    TranslationFactory.create(
        published=True, actor=None, prisoner=person, field="biography", language="be", text="Пчолы"
    )
    path, source = person.get_absolute_url(), citation.source.get_absolute_url()
    today = timezone.localdate()
    consent(person, for_portrait=True, for_biography=True, until=today)
    assert "bees" in read(path).main.text
    assert "Test Press" in read(path).main.text
    assert "Пчолы" in read(f"/be{path}").main.text
    assert "on bees" in read(source).main.text
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *_args: today + timedelta(days=1))
    text = read(path).main.text
    assert "bees" not in text
    assert "Test Press" not in text
    assert "beekeeper" in text
    assert "Пчолы" not in read(f"/be{path}").main.text
    assert "bees" not in read(source).main.text
    assert client.get(f"{path}portrait").status_code == 404
    # The desk goes on seeing it.
    assert Prisoner.objects.get().biography == "Bred bees."


def test_whoever_is_shown_by_consent_is_withheld_whatever_way_they_are_written() -> None:
    one = Prisoner(slug="a", basis="consent", state=State.PUBLISHED)
    Prisoner.objects.bulk_create([one])
    other = PrisonerFactory.create(published=True)
    other.basis = Prisoner.Basis.CONSENT
    Prisoner.objects.bulk_update([other], ["basis"])
    PrisonerFactory.create(published=True)
    Prisoner.objects.exclude(pk__in=[one.pk, other.pk]).update(basis="consent")
    assert not Prisoner.objects.published().exists()
    assert not NameKey.objects.filter(is_public=True).exists()


def test_a_later_consent_goes_on_where_an_earlier_one_ends() -> None:
    person = PrisonerFactory.create(published=True, basis="consent")
    consent(person, for_name=True, until=date(2022, 1, 1))
    second = consent(person, for_name=True, given_on=date(2022, 1, 1), until=date(2099, 1, 1))
    assert Prisoner.objects.get().shown_until == date(2099, 1, 1)
    consent(person, for_name=True)
    assert Prisoner.objects.get().shown_until is None
    Consent.objects.exclude(pk=second.pk).update(withdrawn_on=date(2021, 7, 14))
    assert Prisoner.objects.get().shown_until == date(2099, 1, 1)
    Consent.objects.update(withdrawn_on=date(2023, 1, 1))
    assert Prisoner.objects.get().shown_until == date(2022, 12, 31)
    assert Prisoner.objects.get().portrait_until == date.min


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"for_name": True, "until": date(2021, 7, 13)},
        {"for_name": True, "withdrawn_on": date(2021, 7, 13)},
    ],
)
def test_a_consent_is_to_something_and_ends_after_it_was_given(values: dict[str, Any]) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        consent(PrisonerFactory.create(), **values)


def test_a_consent_that_is_still_to_be_given_is_refused() -> None:
    to_come = Consent(
        prisoner=PrisonerFactory.create(),
        given_by="Test",
        given_as="self",
        for_name=True,
        given_on=timezone.localdate() + timedelta(days=1),
    )
    with pytest.raises(ValidationError, match="still to come"):
        to_come.full_clean()


# Children and people at risk ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("birth", "began", "is_withheld"),
    [
        ("2003-07-15", "2021-07-14", True),
        ("2003-07-14", "2021-07-14", False),
        ("2003", "2021-07-14", True),
        ("2002", "2021", False),
        (None, "2021", False),
        ("2003-07-14/2003-07-15", "2021-07-14", True),
    ],
)
def test_whoever_may_have_been_a_child_when_arrested_is_withheld_when_published(
    birth: str | None, began: str, is_withheld: bool
) -> None:
    detention = DetentionFactory.create(prisoner__birth=birth, began=began)
    cite(detention.prisoner)
    for one in detention.prisoner.citations.all():
        workflow.publish(record=one.source)
    workflow.publish(record=detention.prisoner)
    person = Prisoner.objects.get()
    assert person.state == State.PUBLISHED
    assert (person.disclosure == Disclosure.WITHHELD) == is_withheld
    assert bool(person.disclosure_reason) == is_withheld
    assert (Client().get(person.get_absolute_url()).status_code == 404) == is_withheld


def test_a_child_of_today_and_whoever_is_at_risk_are_withheld_unless_decided_otherwise() -> None:
    year = timezone.localdate().year
    for values in ({"birth": str(year - 10)}, {"special_risk": True}):
        person = PrisonerFactory.create(**values)
        workflow.publish(record=_cited(person))
        assert Prisoner.objects.get(pk=person.pk).disclosure == Disclosure.WITHHELD
        shown = PrisonerFactory.create(**values, shown_because="The family asks for it.")
        workflow.publish(record=_cited(shown))
        assert Prisoner.objects.get(pk=shown.pk).disclosure == Disclosure.PUBLIC


def _cited(person: Prisoner) -> Prisoner:
    workflow.publish(record=cite(person).source)
    return person


def test_a_birth_that_is_held_back_still_protects() -> None:
    detention = DetentionFactory.create(prisoner__birth="2004-01-01", began="2021-07-14")
    hold_back(detention.prisoner, "birth")
    workflow.publish(record=_cited(Prisoner.objects.get()))
    assert Prisoner.objects.get().disclosure == Disclosure.WITHHELD
