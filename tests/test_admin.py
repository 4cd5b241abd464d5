"""The researchers' desk: what can be entered, what is refused, and what becomes public."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import generate_totp_secret
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from playwright.sync_api import sync_playwright

from prisoners.admin.forms import PLACES, WITHHELD
from prisoners.models import (
    TARGETS,
    Citation,
    Detention,
    Disclosure,
    Prisoner,
    PrisonerName,
    Record,
    Release,
    ReleaseDestination,
    Role,
    State,
)
from tests.addresses import routes
from tests.browser.codes import give_code
from tests.desk import PASSWORD, account, at_desk, with_factor
from tests.factories import (
    FACTORIES,
    ActorFactory,
    DealFactory,
    DetentionFactory,
    DossierEntryFactory,
    FacilityFactory,
    FormerAddressFactory,
    PrisonerFactory,
    PrisonerNameFactory,
    ReleaseDestinationFactory,
    ReleaseFactory,
    SourceFactory,
    cite,
)

# What one account writes here, it also publishes; see test_second_person for where it takes two.
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("one_person_team")]

MODELS = list(FACTORIES)
NAMES = [model.__name__ for model in MODELS]


@pytest.fixture
def desk(client: Client) -> Client:
    return at_desk(client)


class Entries(HTMLParser):
    """What a browser would send if the main form of a page were saved as it is."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.values: dict[str, Any] = {}
        self.select = self.area = ""
        self.inside = False
        self.feed(page)

    def handle_starttag(self, tag: str, given: list[tuple[str, str | None]]) -> None:
        values = dict(given)
        name = values.get("name") or ""
        if tag == "form":
            self.inside = (values.get("id") or "").endswith("_form")
        if tag == "select":
            self.select = "" if "__prefix__" in name else name
        if not self.inside or "__prefix__" in name:
            return
        if tag == "option" and "selected" in values and self.select:
            self.values[self.select] = values.get("value") or ""
        elif tag == "textarea":
            self.area = name
            self.values[name] = ""
        elif tag == "input" and name and values.get("type") == "checkbox":
            if "checked" in values:
                self.values[name] = "on"
        elif tag == "input" and name and values.get("type") not in ("submit", "file"):
            self.values[name] = values.get("value") or ""

    def handle_data(self, data: str) -> None:
        if self.area:
            self.values[self.area] += data.removeprefix("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        if tag == "textarea":
            self.area = ""


def save(desk: Client, page: str, *rows: dict[str, Any], **values: Any) -> Any:
    """Open a page, change some entries as a researcher would, and save it."""
    for one in rows:
        values |= one
    entries = Entries(desk.get(page).content.decode()).values
    return desk.post(page, {**entries, **values, "_save": "Save"})


def row(part: str, number: int, total: int, **values: Any) -> dict[str, Any]:
    """Return the entries of one row among the parts of a page."""
    return {
        f"{part}-TOTAL_FORMS": total,
        **{f"{part}-{number}-{name}": value for name, value in values.items()},
    }


def said(response: Any) -> str:
    """Return the text of a page, one line."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def errors(response: Any) -> list[str]:
    assert response.status_code == 200, response
    lists = re.findall(r'<ul class="errorlist.*?</ul>', response.content.decode(), re.DOTALL)
    return [unescape(re.sub(r"<[^>]+>", "", one)).strip() for one in lists]


def address(model: Any, page: str, *args: Any) -> str:
    return reverse(f"admin:prisoners_{model._meta.model_name}_{page}", args=args)


@pytest.mark.parametrize("model", MODELS, ids=NAMES)
def test_every_kind_of_record_is_listed_found_added_opened_and_deleted(
    desk: Client, model: type[Record]
) -> None:
    record = FACTORIES[model].create()
    for page in (
        address(model, "changelist"),
        address(model, "changelist") + "?q=Test+Тест",
        address(model, "add"),
        address(model, "change", record.pk),
        address(model, "delete", record.pk),
        address(model, "history", record.pk),
    ):
        response = desk.get(page)
        assert response.status_code == 200, page


@pytest.mark.parametrize("model", MODELS, ids=NAMES)
def test_a_list_asks_as_many_questions_for_many_rows_as_for_few(
    desk: Client, model: type[Record]
) -> None:
    def questions() -> list[str]:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert desk.get(address(model, "changelist")).status_code == 200
        return [query["sql"] for query in asked]

    FACTORIES[model].create_batch(2)
    few = questions()
    FACTORIES[model].create_batch(2)
    assert len(questions()) == len(few), "\n".join(few)


@pytest.mark.parametrize("factory", [FormerAddressFactory, DossierEntryFactory])
def test_what_the_site_keeps_for_itself_can_only_be_read(desk: Client, factory: Any) -> None:
    record = factory.create()
    model = type(record)
    assert desk.get(address(model, "changelist")).status_code == 200
    page = desk.get(address(model, "change", record.pk))
    assert page.status_code == 200
    assert 'name="_save"' not in page.content.decode()
    assert desk.get(address(model, "add")).status_code == 403
    assert desk.post(address(model, "delete", record.pk), {"post": "yes"}).status_code == 403


# Entering


def test_a_person_is_entered_on_one_page_and_the_address_is_made_from_the_name(
    desk: Client,
) -> None:
    source = SourceFactory.create()
    response = save(
        desk,
        address(Prisoner, "add"),
        row("names", 0, 2, text="Іван Прыклад", language="be", script="Cyrl", kind="own"),
        row("names", 1, 2, text="Ivan Pryklad", language="en", script="Latn", kind="own"),
        {"names-0-is_display": "on", "names-1-is_display": "on"},
        row("detentions", 0, 1, country="AQ", began="2021-07"),
        row("citations", 0, 1, source=source.pk, field="", locator="¶1", stance="supports"),
    )
    prisoner = Prisoner.objects.get()
    assert response.url == address(Prisoner, "change", prisoner.pk)
    assert prisoner.slug == "ivan-pryklad"
    assert prisoner.state == State.DRAFT
    assert {name.text for name in prisoner.names.all()} == {"Іван Прыклад", "Ivan Pryklad"}
    assert str(prisoner.detentions.get().began) == "2021-07"
    assert prisoner.citations.get().locator == "¶1"


@pytest.mark.parametrize(
    ("name", "slug"),
    [("Іван Прыклад", "ivan-pryklad"), ("山田太郎", "shantiantailang"), ("É " * 90, "e-" * 57)],
)
def test_an_address_is_made_of_any_script_and_fits(desk: Client, name: str, slug: str) -> None:
    values = row("names", 0, 1, text=name, language="xx", script="Zyyy", kind="own")
    assert save(desk, address(Prisoner, "add"), **values).status_code == 302
    assert Prisoner.objects.get().slug == slug.strip("-")


def test_two_people_of_one_name_have_two_addresses(desk: Client) -> None:
    PrisonerFactory.create(slug="former-holder")
    FormerAddressFactory.create(slug="ann-example-2", prisoner=PrisonerFactory.create())
    PrisonerFactory.create(slug="ann-example")
    values = row("names", 0, 1, text="Ann Example", language="en", script="Latn", kind="own")
    save(desk, address(Prisoner, "add"), **values)
    assert Prisoner.objects.order_by("pk").last().slug == "ann-example-3"  # type: ignore[union-attr]  # there is one


def test_a_person_without_a_name_in_letters_keeps_the_public_id_as_address(desk: Client) -> None:
    save(desk, address(Prisoner, "add"), **{"names-0-text": ""})
    prisoner = Prisoner.objects.get()
    assert prisoner.slug == prisoner.public_id


def test_the_address_of_a_public_page_cannot_be_left_out(desk: Client) -> None:
    prisoner = PrisonerFactory.create(published=True)
    response = save(desk, address(Prisoner, "change", prisoner.pk), slug="")
    assert errors(response) == ["This page was public: it needs an address."]


def test_the_shown_name_moves_from_one_spelling_to_another_in_one_save(desk: Client) -> None:
    prisoner = PrisonerFactory.create(name=None)
    new = PrisonerNameFactory.create(prisoner=prisoner)
    old = PrisonerNameFactory.create(prisoner=prisoner, is_display=True)
    page = address(Prisoner, "change", prisoner.pk)
    entries = Entries(desk.get(page).content.decode()).values
    rows = {int(entries[f"names-{number}-id"]): number for number in (0, 1)}
    del entries[f"names-{rows[old.pk]}-is_display"]
    entries[f"names-{rows[new.pk]}-is_display"] = "on"
    assert desk.post(page, {**entries, "_save": "Save"}).status_code == 302
    assert [name.is_display for name in (_fresh(new), _fresh(old))] == [True, False]


def _fresh(record: Any) -> Any:
    return type(record).objects.get(pk=record.pk)


# Dates


def test_a_date_says_what_it_was_understood_as_after_it_is_saved(desk: Client) -> None:
    detention = DetentionFactory.create(began="2021-07")
    page = said(desk.get(address(Detention, "change", detention.pk)))
    assert "understood as July 2021: 1–31 July 2021" in page


def test_a_date_says_what_it_was_understood_as_beside_an_error_elsewhere(desk: Client) -> None:
    response = save(desk, address(Detention, "add"), began="2021-07", ended="yesterday")
    assert "understood as July 2021: 1–31 July 2021" in said(response)
    assert any("“yesterday” cannot be read as a date" in error for error in errors(response))


def test_a_date_is_read_while_it_is_typed_without_saving(desk: Client) -> None:
    read = desk.get(reverse("admin:understand-date"), {"text": "2025-12-13?"}).json()
    assert read == {"understood": "understood as 13 December 2025 (inferred)", "error": ""}
    refused = desk.get(reverse("admin:understand-date"), {"text": "2021-13"}).json()
    assert refused["understood"] == ""
    assert "there is no month 13" in refused["error"]
    assert desk.post(reverse("admin:understand-date")).status_code == 405


def test_only_researchers_have_dates_read(client: Client) -> None:
    assert client.get(reverse("admin:understand-date"), {"text": "2021"}).status_code == 302


# What is refused, and where


def test_a_second_open_detention_is_refused_at_how_it_ended(desk: Client) -> None:
    prisoner = DetentionFactory.create().prisoner
    for page, values in (
        (
            address(Prisoner, "change", prisoner.pk),
            row("detentions", 1, 2, country="AQ", began="2024"),
        ),
        (address(Detention, "add"), {"prisoner": prisoner.pk, "country": "AQ"}),
    ):
        response = save(desk, page, **values)
        assert errors(response) == [
            "This person already has a detention that is not known to have ended."
        ]
    assert Detention.objects.count() == 1


def test_two_new_detentions_that_overlap_are_refused_at_the_second(desk: Client) -> None:
    prisoner = PrisonerFactory.create()
    response = save(
        desk,
        address(Prisoner, "change", prisoner.pk),
        row("detentions", 0, 2, country="AQ", began="2020", ended="2023", end_kind="released"),
        row("detentions", 1, 2, country="AQ", began="2021", ended="2022", end_kind="released"),
    )
    assert errors(response) == ["These dates overlap another detention, whichever days they were."]
    assert not Detention.objects.exists()


def test_detentions_that_overlapped_can_be_put_right_in_one_save(desk: Client) -> None:
    prisoner = PrisonerFactory.create()
    first = DetentionFactory.create(
        prisoner=prisoner, began="2010", ended="2015", end_kind="released"
    )
    response = save(
        desk,
        address(Prisoner, "change", prisoner.pk),
        {"detentions-0-ended": "2012"},
        row("detentions", 1, 2, country="AQ", began="2013", ended="2014", end_kind="released"),
    )
    assert response.status_code == 302
    assert _fresh(first).ended.text == "2012"


def test_an_open_detention_is_ended_and_the_next_one_begun_in_one_save(desk: Client) -> None:
    detention = DetentionFactory.create(began="2020")
    response = save(
        desk,
        address(Prisoner, "change", detention.prisoner.pk),
        {"detentions-0-end_kind": "released", "detentions-0-ended": "2021"},
        row("detentions", 1, 2, country="AQ", began="2022"),
    )
    assert response.status_code == 302
    assert Detention.objects.count() == 2


@pytest.mark.parametrize(
    ("values", "field", "message"),
    [
        (
            {"began": "2022", "ended": "2021", "end_kind": "released"},
            "ended",
            "The detention ends before it can have begun.",
        ),
        (
            {"began": "2021", "ended": "2022"},
            "end_kind",
            (
                "The detention has a day on which it ended: say how it ended, even if only "
                "“released, how is not stated”."
            ),
        ),
        (
            {"disclosure": "withheld"},
            "disclosure_reason",
            "Say why this is withheld: the next researcher must know.",
        ),
    ],
)
def test_what_breaks_a_rule_is_refused_at_the_field_that_puts_it_right(
    desk: Client, values: dict[str, str], field: str, message: str
) -> None:
    prisoner = PrisonerFactory.create()
    response = save(desk, address(Detention, "add"), prisoner=prisoner.pk, country="AQ", **values)
    assert response.context["adminform"].form.errors == {field: [message]}
    assert not Detention.objects.exists()


def test_a_contradiction_says_what_the_source_says_instead(desk: Client) -> None:
    page = address(Citation, "add") + f"?prisoner={PrisonerFactory.create().pk}"
    response = save(desk, page, source=SourceFactory.create().pk, stance="contradicts")
    assert response.context["adminform"].form.errors == {
        "value": ["A source that contradicts: what does it say instead?"]
    }


@pytest.mark.parametrize("count", [0, 2])
def test_a_citation_is_about_exactly_one_record(desk: Client, count: int) -> None:
    targets: dict[str, Any] = {"prisoner": PrisonerFactory.create().pk}
    targets["actor"] = ActorFactory.create().pk
    chosen = dict(list(targets.items())[:count])
    response = save(desk, address(Citation, "add"), source=SourceFactory.create().pk, **chosen)
    assert errors(response) == ["A citation is about exactly one record."]
    assert not Citation.objects.exists()


@pytest.mark.parametrize(
    "text",
    ["\0", "Ann\0", "???", "x" * 10_000, "🕊️", " "],
    ids=["nul", "with nul", "no letter", "ten kilobytes", "emoji", "space"],
)
def test_a_name_that_cannot_be_one_is_refused_at_the_name(desk: Client, text: str) -> None:
    prisoner = PrisonerFactory.create(name=None)
    values = row("names", 0, 1, text=text, language="en", script="Latn", kind="own")
    page = address(Prisoner, "change", prisoner.pk)
    response = save(desk, page, **values, **{"names-0-is_display": "on"})
    [form] = response.context["inline_admin_formsets"][0].formset.forms
    assert list(form.errors) == ["text"]
    assert not PrisonerName.objects.exists()


@pytest.mark.parametrize("model", MODELS, ids=NAMES)
@pytest.mark.parametrize("rubbish", ["\0", "9" * 30, "-1", "🕊️" * 4_000, "' OR 1=1 --"])
def test_rubbish_in_every_field_gives_errors_and_writes_nothing(
    desk: Client, model: type[Record], rubbish: str
) -> None:
    page = address(model, "add")
    entries = Entries(desk.get(page).content.decode()).values
    filled = {
        name: value if name.endswith("_FORMS") else rubbish for name, value in entries.items()
    }
    names = [field.name for field in model._meta.fields if field.editable]
    response = desk.post(page, {**dict.fromkeys(names, rubbish), **filled, "_save": "Save"})
    assert errors(response)
    assert not model._default_manager.exists()


@pytest.mark.parametrize("number", [2**31, 2**63, 10**400])
def test_a_number_too_large_for_either_database_is_refused_at_its_field(
    desk: Client, number: int
) -> None:
    release = ReleaseFactory.create()
    page = address(Release, "change", release.pk)
    response = save(desk, page, headcount=str(number))
    assert list(response.context["adminform"].form.errors) == ["headcount"]
    response = save(desk, page, **row("destinations", 0, 1, country="AQ", headcount=str(number)))
    [destination] = response.context["inline_admin_formsets"][0].formset.forms
    assert list(destination.errors) == ["headcount"]


@pytest.mark.parametrize(
    "query", ["?q=%00", "?state__exact=%00", "?p=99999999999999999999", "?prisoner__id__exact=x"]
)
def test_a_query_that_makes_no_sense_is_no_fault_of_the_desk(desk: Client, query: str) -> None:
    PrisonerFactory.create()
    assert desk.get(address(Detention, "changelist") + query, follow=True).status_code == 200


@pytest.mark.parametrize("term", ["\0", "%", "'", "🕊️", "9" * 40])
def test_a_choice_is_searched_for_with_any_text(desk: Client, term: str) -> None:
    PrisonerFactory.create()
    query = {"app_label": "prisoners", "model_name": "detention", "field_name": "prisoner"}
    response = desk.get(reverse("admin:autocomplete"), {**query, "term": term})
    assert response.status_code == 200


@pytest.mark.parametrize("value", ["x", "9" * 40, "-1", "\0", "1 OR 1=1"])
def test_a_link_with_a_choice_that_is_none_opens_an_empty_form(desk: Client, value: str) -> None:
    for page in (address(Detention, "add"), address(Citation, "add")):
        assert desk.get(page, {"prisoner": value}).status_code == 200


def test_each_rule_with_a_place_is_a_rule_of_the_record_and_the_place_a_field_of_it() -> None:
    models: list[type[Record]] = [*TARGETS.values(), Citation]
    fields = {
        constraint.name: {field.name for field in model._meta.fields}
        for model in models
        for constraint in model._meta.constraints
    }
    assert all(place in fields[name] for name, place in PLACES.items())
    assert sum(name.endswith(WITHHELD) for name in fields) == len(TARGETS) + 1


# A release and its destinations


def going(*people: int, headcount: int | None) -> tuple[Release, dict[str, Any]]:
    release = ReleaseFactory.create(headcount=headcount)
    for country, number in zip(("LT", "UA"), people, strict=True):
        ReleaseDestinationFactory.create(release=release, country=country, headcount=number)
    return release, {}


def entered(desk: Client, release: Release, headcount: int, lithuania: int, ukraine: int) -> Any:
    """Save the page of a release with two destinations changed along with the headcount."""
    page = address(Release, "change", release.pk)
    entries = Entries(desk.get(page).content.decode()).values
    numbers = {"LT": lithuania, "UA": ukraine}
    for number in (0, 1):
        country = entries[f"destinations-{number}-country"]
        entries[f"destinations-{number}-headcount"] = numbers[country]
    return desk.post(page, {**entries, "headcount": headcount, "_save": "Save"})


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ((123, 9, 114), (100, 9, 91)),
        ((123, 9, 114), (200, 9, 191)),
        ((123, 9, 114), (123, 114, 9)),
        ((123, 9, 114), (123, 23, 100)),
        ((None, 9, 114), (50, 25, 25)),
    ],
    ids=["both lowered", "both raised", "exchanged", "moved", "counted at last"],
)
def test_a_headcount_and_its_destinations_change_together(
    desk: Client, before: tuple[int | None, int, int], after: tuple[int, int, int]
) -> None:
    release, _ = going(*before[1:], headcount=before[0])
    assert entered(desk, release, *after).status_code == 302
    assert _fresh(release).headcount == after[0]
    numbers = dict(release.destinations.values_list("country", "headcount"))
    assert numbers == {"LT": after[1], "UA": after[2]}


@pytest.mark.parametrize("after", [(122, 9, 114), (123, 10, 114), (0, 1, 0)])
def test_destinations_that_exceed_the_headcount_are_refused_and_nothing_is_written(
    desk: Client, after: tuple[int, int, int]
) -> None:
    release, _ = going(9, 114, headcount=123)
    response = entered(desk, release, *after)
    total = sum(after[1:])
    assert errors(response) == [
        f"The destinations add up to {total} people, more than the {after[0]} that were announced."
    ]
    assert _fresh(release).headcount == 123
    assert sum(ReleaseDestination.objects.values_list("headcount", flat=True)) == 123


def test_new_destinations_of_a_new_release_are_added_up(desk: Client) -> None:
    response = save(
        desk,
        address(Release, "add"),
        row("destinations", 0, 2, country="LT", headcount=9),
        row("destinations", 1, 2, country="UA", headcount=2),
        title="Test release",
        slug="test-release",
        country="AQ",
        headcount=10,
    )
    assert errors(response) == [
        "The destinations add up to 11 people, more than the 10 that were announced."
    ]
    assert not Release.objects.exists()


def test_a_rule_that_only_the_database_sees_broken_is_said_in_words(desk: Client) -> None:
    """Two spellings exchange their texts: each is refused while the other still has it."""
    prisoner = PrisonerFactory.create(name=None)
    PrisonerNameFactory.create(prisoner=prisoner, text="One", language="en", kind="own")
    PrisonerNameFactory.create(prisoner=prisoner, text="Two", language="ru", kind="own")
    page = address(Prisoner, "change", prisoner.pk)
    response = save(
        desk, page, **{"names-0-language": "ru", "names-0-text": "Two", "names-1-text": "Three"}
    )
    assert response.status_code in (200, 302)
    assert len({(name.text, name.language) for name in PrisonerName.objects.all()}) == 2


# Making public


def test_a_record_is_published_submitted_and_withdrawn_by_name(desk: Client) -> None:
    name = PrisonerNameFactory.create()
    prisoner = name.prisoner
    cite(prisoner, source=SourceFactory.create(published=True))
    for verb, state in (
        ("submit", State.IN_REVIEW),
        ("publish", State.PUBLISHED),
        ("withdraw", State.WITHDRAWN),
    ):
        response = desk.post(address(Prisoner, verb, prisoner.pk), {"reason": "Test reason"})
        assert response.url == address(Prisoner, "change", prisoner.pk)  # type: ignore[attr-defined]  # a redirect
        assert _fresh(prisoner).state == state
    assert _fresh(name).state == State.PUBLISHED


def test_what_is_missing_for_publication_is_listed_with_a_link_to_each(desk: Client) -> None:
    name = PrisonerNameFactory.create(text="Ann Example")
    prisoner = name.prisoner
    draft = SourceFactory.create(title="A draft source")
    cite(prisoner, "occupation", source=draft)
    response = desk.post(address(Prisoner, "publish", prisoner.pk), follow=True)
    assert _fresh(prisoner).state == State.DRAFT
    page = said(response)
    assert "“Ann Example” is not published." in page
    assert "“name” has no source" in page
    html = response.content.decode()
    assert f"{address(Citation, 'add')}?prisoner_name={name.pk}&amp;field=text" in html
    assert "Source “A draft source” is not public yet. Open it" in page
    assert address(type(draft), "change", draft.pk) in html


@pytest.mark.parametrize("verb", ["publish", "submit", "withdraw"])
def test_a_named_action_is_never_done_by_following_a_link(desk: Client, verb: str) -> None:
    source = SourceFactory.create()
    assert desk.get(address(type(source), verb, source.pk)).status_code == 405
    assert _fresh(source).state == State.DRAFT


def test_a_named_action_from_another_site_is_refused() -> None:
    client = Client(enforce_csrf_checks=True)
    at_desk(client)
    source = SourceFactory.create()
    assert client.post(address(type(source), "publish", source.pk)).status_code == 403
    assert _fresh(source).state == State.DRAFT


@pytest.mark.parametrize("verb", ["publish", "submit", "withdraw"])
def test_whoever_may_not_change_a_record_does_not_make_it_public(client: Client, verb: str) -> None:
    at_desk(client, Role.VIEWER)
    source = SourceFactory.create()
    assert client.post(address(type(source), verb, source.pk)).status_code == 403
    page = client.get(address(type(source), "change", source.pk)).content.decode()
    assert "desk-verb" not in page
    assert 'name="_publish"' not in page
    choose = {"action": verb, "_selected_action": [source.pk]}
    client.post(address(type(source), "changelist"), choose)
    assert _fresh(source).state == State.DRAFT


def test_several_records_are_published_from_the_list_each_with_its_own_word(desk: Client) -> None:
    ready = SourceFactory.create(title="Ready")
    missing = ActorFactory.create(name="Missing")
    for record in (ready, missing):
        choose = {"action": "publish", "_selected_action": [record.pk]}
        page = said(desk.post(address(type(record), "changelist"), choose, follow=True))
        assert f"“{record}” is" in page
    assert _fresh(ready).state == State.PUBLISHED
    assert _fresh(missing).state == State.DRAFT


def test_saving_and_publishing_at_once_keeps_what_cannot_be_published_as_a_draft(
    desk: Client,
) -> None:
    page = address(type(ActorFactory.build()), "add")
    entries = Entries(desk.get(page).content.decode()).values
    entries |= {"name": "Test Actor", "slug": "test-actor", "kind": "group", "_publish": "1"}
    response = desk.post(page, entries, follow=True)
    assert "“name” has no source" in said(response)
    actor = type(ActorFactory.build()).objects.get()
    assert actor.state == State.DRAFT


@pytest.mark.parametrize("model", MODELS, ids=NAMES)
def test_the_state_is_never_edited_by_hand(desk: Client, model: type[Record]) -> None:
    record = FACTORIES[model].create()
    save(desk, address(model, "change", record.pk), state="published")
    assert _fresh(record).state == State.DRAFT


def test_the_page_says_what_publishing_would_make_public(desk: Client) -> None:
    detention = DetentionFactory.create(disclosure=Disclosure.WITHHELD, disclosure_reason="Asked")
    page = said(desk.get(address(Prisoner, "change", detention.prisoner.pk)))
    assert (
        "Nobody outside the desk sees this. "
        "Publishing makes public: 1 prisoner, 1 name, 1 that is withheld." in page
    )


def test_a_part_added_to_a_public_record_is_said_to_be_hidden_until_it_is_published(
    desk: Client,
) -> None:
    prisoner = PrisonerFactory.create(published=True)
    PrisonerNameFactory.create(prisoner=prisoner)
    page = said(desk.get(address(Prisoner, "change", prisoner.pk)))
    assert "Not public yet: 1 name." in page
    assert "Publish what is new" in page


def test_a_fact_changed_in_public_asks_for_its_sources(desk: Client) -> None:
    detention = DetentionFactory.create(published=True)
    page = address(Prisoner, "change", detention.prisoner.pk)
    save(desk, page, {"detentions-0-place": "Test place"}, occupation="Test occupation")
    words = said(desk.get(page))
    assert "Changed in public: occupation." in words
    assert "Changed in public: where the arrest was." in words


@pytest.mark.parametrize(
    "factory", [PrisonerFactory, SourceFactory, ReleaseFactory, DealFactory, FacilityFactory]
)
def test_a_public_record_links_to_its_page_on_the_site_and_a_draft_does_not(
    desk: Client, factory: Any
) -> None:
    draft, public = factory.create(), factory.create(published=True)
    model = type(public)
    link = f'href="{public.get_absolute_url()}" class="viewsitelink"'
    assert link in desk.get(address(model, "change", public.pk)).content.decode()
    assert "viewsitelink" not in desk.get(address(model, "change", draft.pk)).content.decode()


def test_what_is_published_but_hangs_on_a_hidden_record_has_no_link_to_the_site(
    desk: Client,
) -> None:
    name = PrisonerNameFactory.create(published=True)
    Prisoner.objects.update(disclosure=Disclosure.WITHHELD, disclosure_reason="Test")
    page = desk.get(address(PrisonerName, "change", name.pk))
    assert "viewsitelink" not in page.content.decode()
    assert "visitors do not see it: something that it hangs on is not public" in said(page)


# Citing


def test_a_link_to_cite_opens_the_form_with_the_fact_chosen_and_leads_back(desk: Client) -> None:
    detention = DetentionFactory.create(began="2021")
    page = address(Citation, "add") + f"?detention={detention.pk}&field=began"
    html = desk.get(page).content.decode()
    assert '<option value="began" selected>Began</option>' in html
    assert "the record as a whole" in html
    response = save(desk, page, source=SourceFactory.create().pk, locator="¶2")
    assert response.url == address(Prisoner, "change", detention.prisoner.pk)
    citation = detention.citations.get()
    assert (citation.field, citation.locator) == ("began", "¶2")


def test_several_facts_are_cited_at_once(desk: Client) -> None:
    detention = DetentionFactory.create(began="2021")
    prisoner = detention.prisoner
    name = prisoner.names.get()
    source = SourceFactory.create()
    page = address(Prisoner, "cite", prisoner.pk)
    assert "began “2021”" in said(desk.get(page))
    chosen = [f"detention-{detention.pk}-began", f"prisoner_name-{name.pk}-text"]
    desk.post(page, {"source": source.pk, "locator": "¶4", "facts": chosen})
    assert [citation.field for citation in detention.citations.all()] == ["began"]
    assert [citation.locator for citation in name.citations.all()] == ["¶4"]
    # The source stays chosen for what is cited next.
    again = desk.get(address(Citation, "add"), {"detention": str(detention.pk), "field": "country"})
    assert f'<option value="{source.pk}" selected>' in again.content.decode()


@pytest.mark.parametrize("facts", [[], ["detention-1-began"], ["\0"], ["prisoner-x-y"]])
def test_only_facts_of_the_record_are_cited(desk: Client, facts: list[str]) -> None:
    page = address(Prisoner, "cite", PrisonerFactory.create().pk)
    response = desk.post(page, {"source": SourceFactory.create().pk, "facts": facts})
    assert errors(response)
    assert not Citation.objects.exists()


@pytest.mark.parametrize("target", TARGETS)
def test_every_kind_of_record_is_cited_on_its_page_for_a_fact_in_words(
    desk: Client, target: str
) -> None:
    model = TARGETS[target]
    record = FACTORIES[model].create()
    page = address(model, "change", record.pk)
    html = desk.get(page).content.decode()
    assert '<select name="citations-__prefix__-field"' in html
    values = row("citations", 0, 1, source=SourceFactory.create().pk, stance="supports")
    assert save(desk, page, **values, **{"citations-0-field": "nonsense"}).status_code == 200
    assert save(desk, page, **values, **{"citations-0-field": ""}).status_code == 302
    assert record.citations.get().field == ""


# Finding


@pytest.mark.parametrize("query", ["прыклад", "ПРЫКЛАД", "Іван прыклад", "pryklad", "PRYKLAD iv"])
def test_a_person_is_found_by_any_spelling_in_any_case(desk: Client, query: str) -> None:
    prisoner = PrisonerNameFactory.create(text="Іван Прыклад", language="be").prisoner
    PrisonerNameFactory.create(prisoner=prisoner, text="Ivan Pryklad")
    DetentionFactory.create(prisoner=prisoner)
    PrisonerFactory.create()
    for model in (Prisoner, Detention):
        found = desk.get(address(model, "changelist"), {"q": query}).context["cl"].queryset
        assert len(found) == 1


def test_words_in_cyrillic_are_found_in_any_case(desk: Client) -> None:
    actor = ActorFactory.create(name="Вясна")
    page = address(type(actor), "changelist")
    assert len(desk.get(page, {"q": "вясна"}).context["cl"].queryset) == 1
    assert not desk.get(page, {"q": "зіма"}).context["cl"].queryset


def test_a_choice_of_a_person_is_answered_with_as_many_questions_for_many_as_for_few(
    desk: Client,
) -> None:
    query = {"app_label": "prisoners", "model_name": "detention", "field_name": "prisoner"}

    def questions() -> int:
        with CaptureQueriesContext(connection) as asked:
            answer = desk.get(reverse("admin:autocomplete"), {**query, "term": "test"}).json()
        assert answer["results"]
        return len(asked)

    PrisonerFactory.create_batch(2)
    few = questions()
    PrisonerFactory.create_batch(8)
    assert questions() == few


def offered(desk: Client, model: str, field: str, term: str) -> list[str]:
    query = {"app_label": "prisoners", "model_name": model, "field_name": field, "term": term}
    answer = desk.get(reverse("admin:autocomplete"), query).json()
    return [choice["text"] for choice in answer["results"]]


@pytest.mark.parametrize(
    "term", ["Kupala", "Купала Янка", "Kupalla", "kup", "კუპალა", "Yanka Kupala"]
)
def test_a_person_is_chosen_by_any_spelling_of_their_name(desk: Client, term: str) -> None:
    poet = PrisonerFactory.create(name__text="Janka Kupala", birth="1882-07-07")
    PrisonerFactory.create(published=True, name__text="Vasil Bykau")
    label = f"Janka Kupala · born 7 July 1882 · {poet.public_id}"
    assert offered(desk, "detention", "prisoner", term) == [label]
    for model in ("affiliation", "recognition", "externalid", "prisonername", "statement"):
        assert offered(desk, model, "prisoner", term) == [label]
    DetentionFactory.create(prisoner=poet, began="1930-11-20")
    [choice] = offered(desk, "releaseoutcome", "detention", term)
    assert choice == f"Janka Kupala, 20 November 1930 · born 7 July 1882 · {poet.public_id}"
    for model in ("placement", "charge", "sentence"):
        assert offered(desk, model, "detention", term) == [choice]


def test_a_person_is_chosen_by_their_id_and_the_spelling_that_matched_is_told(
    desk: Client,
) -> None:
    poet = PrisonerFactory.create(name__text="Janka Kupala")
    PrisonerNameFactory.create(prisoner=poet, text="Тэставы Псеўданім", language="be")
    assert offered(desk, "detention", "prisoner", poet.public_id) == [
        f"Janka Kupala · {poet.public_id}"
    ]
    assert offered(desk, "detention", "prisoner", "Псеўданім") == [
        f"Janka Kupala · Тэставы Псеўданім · {poet.public_id}"
    ]


def test_the_nearest_name_is_offered_first_and_a_list_is_searched_alike(desk: Client) -> None:
    for name in ("Vasil Bykov", "Vasil Bykau"):
        DetentionFactory.create(prisoner=PrisonerFactory.create(name__text=name))
    first = offered(desk, "detention", "prisoner", "Vasil Bykau")
    assert [label.partition(" ·")[0] for label in first] == ["Vasil Bykau", "Vasil Bykov"]
    for model, count in ((Prisoner, 2), (PrisonerName, 2), (Detention, 2)):
        page = desk.get(address(model, "changelist"), {"q": "Быкаў"})
        assert len(page.context["cl"].result_list) == count


def test_what_is_no_name_is_looked_for_in_the_other_fields(desk: Client) -> None:
    DetentionFactory.create(place="Test Harbour")
    DetentionFactory.create(place="Elsewhere")
    page = desk.get(address(Detention, "changelist"), {"q": "harbour"})
    assert [one.place for one in page.context["cl"].result_list] == ["Test Harbour"]


def test_the_first_page_is_grouped_by_the_work(desk: Client) -> None:
    response = desk.get(reverse("admin:index"))
    names = [str(group["name"]) for group in response.context["app_list"]]
    assert names[:4] == [
        "Sources",
        "People",
        "Where they are held, and for what",
        "Releases and deals",
    ]
    listed = [
        model["object_name"] for group in response.context["app_list"] for model in group["models"]
    ]
    assert sorted(listed) == sorted(
        [
            *NAMES,
            *("DuplicateCandidate", "Judgement", "Merger", "Import", "ImportProfile", "Consent"),
            *("FormerAddress", "DossierEntry", "Invitation", "Operation", "Revision", "User"),
            *("Mention", "MergeProposal"),
        ]
    )
    assert settings.SITE_NAME in said(response)


# Deleting


def test_a_draft_is_deleted_and_what_was_public_is_not(desk: Client) -> None:
    draft, public = SourceFactory.create(), SourceFactory.create(published=True)
    model = type(draft)
    desk.post(address(model, "delete", draft.pk), {"post": "yes"})
    assert desk.post(address(model, "delete", public.pk), {"post": "yes"}).status_code == 403
    choose = {"action": "delete_selected", "_selected_action": [public.pk], "post": "yes"}
    page = said(desk.post(address(model, "changelist"), choose))
    assert f"“{public}” was public: withdraw it instead of deleting it." in page
    assert list(model.objects.all()) == [public]


def test_a_public_part_is_not_deleted_on_the_page_of_its_record(desk: Client) -> None:
    prisoner = PrisonerFactory.create(published=True)
    page = address(Prisoner, "change", prisoner.pk)
    save(desk, page, **{"names-0-DELETE": "on"})
    assert prisoner.names.count() == 1


def test_a_draft_part_is_deleted_on_the_page_of_its_record(desk: Client) -> None:
    prisoner = PrisonerFactory.create()
    save(desk, address(Prisoner, "change", prisoner.pk), **{"names-0-DELETE": "on"})
    assert prisoner.names.count() == 0


# In a browser


@pytest.mark.django_db(transaction=True)
def test_the_desk_works_in_a_browser_under_the_strict_policy(
    live_server: Any, needs_system: Callable[[str, str], str]
) -> None:
    """Logging in, choosing, dates and adding rows; whatever the policy refuses is reported."""
    chromium = needs_system("chromium", "chromium")
    secret = generate_totp_secret()
    with_factor(account(Role.EDITOR, name="editor"), secret=secret)
    source = SourceFactory.create(title="Test source")
    refused: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-background-networking"]
        )
        page = browser.new_page()
        page.on("console", lambda message: refused.append(f"{message.text} {message.location}"))
        page.on("pageerror", lambda error: refused.append(f"{page.url}: {error}"))
        page.goto(f"{live_server.url}{reverse('admin:login')}")
        page.fill("#id_login", "editor")
        page.fill("#id_password", PASSWORD)
        page.click("button:text('Sign in')")
        give_code(page, secret, "Sign in", "#user-tools")

        page.goto(f"{live_server.url}{address(Prisoner, 'add')}")
        page.fill("#id_names-0-text", "Test Person")
        page.click("#detentions-group .add-row a")
        page.select_option("#id_detentions-0-country", "AQ")
        page.fill("#id_detentions-0-began", "2021-07")
        page.wait_for_selector("text=understood as July 2021: 1–31 July 2021")
        page.click("#citations-group .add-row a")
        page.click("#id_citations-0-source ~ .select2")
        page.fill(".select2-dropdown .select2-search__field", "test")
        page.click(".select2-results__option >> text=Test source")
        page.click("#citations-0 .datetimeshortcuts a >> nth=1")
        page.click(".calendarbox:visible .calendar-shortcuts a >> text=Yesterday")
        page.click("input[name=_save]")
        page.wait_for_selector(".desk-standing")
        page.goto(page.url.replace("/change/", "/delete/"))
        for kind in ("changelist", "add"):
            page.goto(f"{live_server.url}{address(Citation, kind)}")
        browser.close()
    assert [
        one for one in refused if "Permissions-Policy" not in one and "favicon" not in one
    ] == []
    assert Citation.objects.get().source == source


@pytest.mark.parametrize("number", [2**63 - 1, 2**63, 10**30])
def test_a_number_that_no_record_has_is_not_found(client: Client, number: int) -> None:
    client.raise_request_exception = False
    at_desk(client)
    numbered = sorted({one for one in routes() if "<number:" in one})
    assert numbered
    addresses = [f"/{re.sub(r'<number:[a-z]+>', str(number), one)}" for one in numbered]
    answers = {one: client.get(one).status_code for one in addresses}
    assert {one: code for one, code in answers.items() if code not in (302, 404, 405)} == {}
