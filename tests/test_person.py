"""A person's page: one line in words on what is known, and the sources that disagree."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from prisoners.models import Citation, Detention, Prisoner, PrisonerName
from tests.factories import (
    AffiliationFactory,
    ChargeFactory,
    ConcessionFactory,
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
    cite,
)
from tests.reader import Element, Page, read

pytestmark = pytest.mark.django_db


def person(*detentions: dict[str, Any], **values: Any) -> Prisoner:
    prisoner: Prisoner = PrisonerFactory.create(published=True, **values)
    for detention in detentions:
        DetentionFactory.create(**{"published": True, "prisoner": prisoner, **detention})
    return prisoner


def page_of(prisoner: Prisoner) -> Page:
    return read(prisoner.get_absolute_url())


def line(page: Page) -> str:
    """Return what stands under the name, before the facts."""
    return page.main.one("header").text.removeprefix(page.main.one("h1").text).strip()


# The line in words ------------------------------------------------------------------------

STATUS_LINES = [
    (
        {"began": "2021-07", "end_kind": "released", "ended": "2025-12-13?"},
        "Freed on 13 December 2025 (inferred) after 4 years 4–5 months",
    ),
    (
        {"began": "2021-07-14", "end_kind": "pardon", "ended": "2025-12-13"},
        "Freed on 13 December 2025 after 4 years 4 months",
    ),
    (
        {"began": "2020", "end_kind": "exchange", "ended": "2024-08"},
        "Freed in August 2024 after 3 years 7 months – 4 years 7 months",
    ),
    (
        {"end_kind": "released", "ended": "2025-12-13"},
        "Freed on 13 December 2025 Since when is not stated in our sources.",
    ),
    ({"began": "2021-07-14", "end_kind": "released"}, "Freed on a day that is not stated"),
    (
        {"began": "2021-07-14", "end_kind": "died", "ended": "2023-02"},
        "Died in custody in February 2023 after 1 year 6–7 months",
    ),
    ({"end_kind": "died"}, "Died in custody on a day that is not stated"),
    (
        {"began": "2021-07-14"},
        "Detained on 14 July 2021; whether still held is not known.",
    ),
    ({}, "Whether still held is not known."),
]


@pytest.mark.parametrize(("detention", "words"), STATUS_LINES)
def test_one_line_says_what_is_known(detention: dict[str, str], words: str) -> None:
    assert line(page_of(person(detention))).startswith(words)


def test_who_is_held_is_held_since_a_day_for_a_time_and_last_confirmed_on_a_day() -> None:
    today = timezone.localdate()
    began = today - timedelta(days=5)
    held = person({"began": began.isoformat(), "last_confirmed": today.isoformat()})
    words = line(page_of(held))
    assert words.startswith("Held since ")
    assert "for at least 5 days" in words
    assert "last confirmed on" in words
    assert "Freed" not in words


def test_who_was_last_confirmed_long_ago_is_held_with_the_day_beside() -> None:
    words = line(page_of(person({"began": "2021-07", "last_confirmed": "2022-03"})))
    # To March 2022 at the earliest: nobody says what was later.
    assert words == "Held since July 2021, for at least 7 months last confirmed in March 2022"


def test_who_was_last_confirmed_on_the_first_day_is_not_said_to_be_held_for_a_time() -> None:
    words = line(page_of(person({"began": "2021-07-14", "last_confirmed": "2021-07-14"})))
    assert words == "Held since 14 July 2021 last confirmed on 14 July 2021"


def test_since_when_is_not_stated_of_who_is_held_without_a_first_day() -> None:
    words = line(page_of(person({"last_confirmed": "2026-01-05"})))
    assert words == "Held; since when is not stated last confirmed on 5 January 2026"


def test_who_was_detained_twice_has_both_and_the_line_is_of_the_later_one() -> None:
    twice = person(
        {"began": "2019-01-02", "end_kind": "released", "ended": "2019-03-02"},
        {"began": "2021-07-14", "end_kind": "released", "ended": "2025-07-14"},
    )
    page = page_of(twice)
    assert line(page) == "Freed on 14 July 2025 after 4 years"
    headings = [one.text for one in page.section("Detention").all("h3")]
    assert headings == ["2 January 2019 2 months", "14 July 2021 4 years"]


def test_who_was_freed_and_taken_again_is_held_and_not_free() -> None:
    again = person(
        {"began": "2019-01-02", "end_kind": "released", "ended": "2019-03-02"},
        {"began": "2021-07-14", "last_confirmed": "2026-01-05"},
    )
    assert line(page_of(again)).startswith("Held since 14 July 2021")


def test_who_was_returned_to_custody_by_a_release_is_not_said_to_be_free() -> None:
    returned = person({"began": "2021-07-14", "end_kind": "released", "ended": "2024-05-06"})
    release = ReleaseFactory.create(published=True, happened="2024-05-06", headcount=3)
    ReleaseOutcomeFactory.create(
        published=True, release=release, detention=returned.detentions.get(),
        returned_to_custody=True,
    )  # fmt: skip
    page = page_of(returned)
    assert "Freed on" not in line(page)
    assert "whether still held is not known" in line(page)
    assert page.facts()["Returned to custody"] == "yes"
    assert "returned to custody" in read(release.get_absolute_url()).section("Named here").text


def test_somebody_without_a_detention_is_said_to_have_none() -> None:
    assert line(page_of(person())) == "No detention is documented."


# What is known, and what is not -----------------------------------------------------------


def test_all_that_is_known_is_shown() -> None:
    known = person(
        {"began": "2021-07-14", "last_confirmed": "2026-01-05", "place": "Test Square",
         "arresting_authority": "Test Police"},
        birth="1970-05", gender="female", citizenships=["AQ", "NO"], occupation="Test editor",
        biography="Invented for a test.",
    )  # fmt: skip
    detention = known.detentions.get()
    ChargeFactory.create(
        published=True, detention=detention, part="2", standing="convicted", standing_on="2022-03"
    )
    SentenceFactory.create(
        published=True, detention=detention, years=2, months=6, court="Test Court",
        passed="2022-03-04", regime="strict",
    )  # fmt: skip
    AffiliationFactory.create(
        published=True, prisoner=known, kind="award", role="Winner", began="2022"
    )
    PrisonerNameFactory.create(
        published=True, prisoner=known, text="Выдуманы", language="be", script="Cyrl",
        kind=PrisonerName.Kind.OWN,
    )  # fmt: skip
    RecognitionFactory.create(
        published=True, prisoner=known, since="2021-08", definition="Test definition"
    )
    StatementFactory.create(
        published=True, speaker=None, prisoner=known, text="What was said.", said="2023"
    )
    page = page_of(known)
    words = page.main.text
    for fact in (
        "May 1970", "woman", "Antarctica", "Norway", "Test editor", "Invented for a test.",
        "Test Square", "Test Police", "Test Code, article 1, part 2", "convicted in March 2022",
        "2 years 6 months imprisonment", "strict regime", "Test Court", "on 4 March 2022",
        "Winner", "Выдуманы", "in August 2021", "Test definition", "What was said.", "in 2023",
    ):  # fmt: skip
        assert fact in words, fact
    happened = page.section("What happened").text
    order = ["14 July 2021", "August 2021", "award", "4 March 2022"]
    assert [one for one in order if one not in happened] == []
    assert sorted(order, key=happened.index) == order


def test_an_award_of_a_year_does_not_pretend_to_a_day() -> None:
    given = person()
    AffiliationFactory.create(published=True, prisoner=given, kind="award", began="2022")
    assert "January" not in page_of(given).main.text


# Sources ----------------------------------------------------------------------------------


def disagreements(page: Page) -> list[Element]:
    return [
        one
        for one in page.main.all("aside")
        if one.attrs.get("aria-label", "").startswith("Sources disagree: ")
    ]


def test_where_a_source_gives_another_value_a_box_shows_both() -> None:
    disputed = person({"began": "2021-07-14", "end_kind": "released", "ended": "2024-05-06"})
    detention = disputed.detentions.get()
    says, against = (
        SourceFactory.create(state="published", publisher=name) for name in ("Test News", "Others")
    )
    cite(detention, "began", says, locator="p. 1")
    cite(detention, "began", against, locator="p. 2", stance="contradicts", value="16 July 2021")
    page = page_of(disputed)
    (box,) = disagreements(page)
    assert "14 July 2021 Test News" in box.text
    assert "16 July 2021 Others" in box.text
    assert len(set(box.footnotes)) == 2
    assert {link.attrs["href"] for link in box.all("a")} >= {
        says.get_absolute_url(),
        against.get_absolute_url(),
    }
    assert "Says otherwise: 16 July 2021" in page.section("Sources").text
    assert line(page).startswith("Freed on 6 May 2024")


def test_sources_that_agree_make_no_box() -> None:
    agreed = person({"began": "2021-07-14"})
    cite(agreed.detentions.get(), "began")
    cite(agreed.detentions.get(), "began", value="14 July, they say")
    assert disagreements(page_of(agreed)) == []


def test_a_value_that_only_contradicting_sources_speak_of_is_still_shown_with_theirs() -> None:
    disputed = person(birth="1970")
    cite(disputed, "birth", stance="contradicts", value="1971")
    page = page_of(disputed)
    (box,) = disagreements(page)
    assert "1971" in box.text
    assert page.facts()["Date of birth"] == "1970"


def test_a_source_page_says_where_it_says_otherwise() -> None:
    disputed = person(birth="1970")
    source = cite(disputed, "birth", stance="contradicts", value="1971").source
    (row,) = read(source.get_absolute_url()).tables()[0]
    assert row["Value here"] == "1970 Says otherwise: 1971"


def test_a_deal_shows_where_sources_disagree_on_what_was_given() -> None:
    deal = DealFactory.create(published=True)
    concession = ConcessionFactory.create(published=True, deal=deal, what="A fund opened")
    cite(concession, "what")
    cite(concession, "what", stance="contradicts", value="A fund promised")
    (box,) = disagreements(read(deal.get_absolute_url()))
    assert "A fund opened" in box.text
    assert "A fund promised" in box.text


def test_a_citation_of_a_record_as_a_whole_is_the_source_of_each_of_its_facts() -> None:
    cited = person({"began": "2021-07-14", "place": "Test Square"})
    cite(cited.detentions.get(), "", locator="¶7")
    page = page_of(cited)
    assert page.paragraphs_after("Test Square") == {"¶7"}
    assert page.paragraphs_after("Since 14 July 2021") == {"¶7"}


def test_a_citation_of_a_person_as_a_whole_is_the_source_of_their_parts() -> None:
    cited = person({"began": "2021-07-14", "place": "Test Square"}, birth="1970")
    cite(cited, "", locator="¶7")
    cite(cited.detentions.get(), "place", locator="¶8")
    page = page_of(cited)
    assert page.paragraphs_after("Date of birth 1970") == {"¶7"}
    assert page.paragraphs_after("Since 14 July 2021") == {"¶7"}
    assert page.paragraphs_after("Test Square") == {"¶8"}


def test_a_fact_without_a_source_has_no_footnote() -> None:
    uncited = person({"began": "2021-07-14"}, birth="1970")
    cite(uncited, "birth")
    born = next(one for one in page_of(uncited).main.all("dd") if one.text == "1970")
    since = next(one for one in page_of(uncited).main.all("dd") if one.text == "14 July 2021")
    assert (len(born.footnotes), since.footnotes) == (1, [])


def test_a_note_says_when_it_was_read_and_leads_to_the_original_and_its_copy() -> None:
    cited = person(birth="1970")
    source = SourceFactory.create(
        state="published", address="https://news.example/a", archived="https://archive.example/a",
        author="Test Author", publisher="Test News",
    )  # fmt: skip
    source.published = "2026-01-04"
    source.save()
    cite(cited, "birth", source, locator="p. 3", read_on="2026-02-03")
    note = page_of(cited).by_id("note-1")
    assert f"{source.title}, p. 3. Test Author, Test News, 4 January 2026." in note.text
    assert "Read on 3 February 2026." in note.text
    assert {link.attrs["href"] for link in note.all("a")} >= {
        "https://news.example/a",
        "https://archive.example/a",
    }


def test_nothing_of_a_citation_of_another_record_is_on_the_page() -> None:
    cited = person(birth="1970")
    cite(person(birth="1970"), "birth", locator="elsewhere")
    assert Citation.objects.count() == 1
    assert "elsewhere" not in page_of(cited).main.text
    assert Detention.objects.count() == 0


def test_a_release_shows_where_sources_disagree_on_its_numbers() -> None:
    release = ReleaseFactory.create(published=True, headcount=123)
    source = SourceFactory.create(published=True, publisher="Test Herald")
    cite(release, published=True)
    cite(release, "headcount", source, published=True, stance="contradicts", value="130")
    (box,) = disagreements(read(release.get_absolute_url()))
    assert "123" in box.text
    assert "130" in box.text
    assert "Test Herald" in box.text
