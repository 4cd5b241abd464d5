"""What a cell of somebody's list says, and what is refused rather than guessed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prisoners import dates
from prisoners.desk.importing import values
from prisoners.desk.importing.odd_dates import ORDERS, read_date
from prisoners.desk.importing.terms import read_amounts, read_charges, read_term
from prisoners.desk.importing.values import Value

TEXT = st.text(max_size=60) | st.from_regex(
    r"[0-9dmx?]{1,4}[/.\- ][0-9dmx?]{1,4}([/.\- ][0-9dmx?]{1,4})?", fullmatch=True
)
LAW = "Criminal Code of Nowhere"


@pytest.mark.parametrize(
    ("written", "edtf", "certain"),
    [
        ("2014-11-05", "2014-11-05", True),
        ("1985/mm/dd", "1985", True),
        ("2014/11/dd", "2014-11", True),
        ("2014/11", "2014-11", True),
        ("2014-00-00", "2014", True),
        ("31/03/2021", "2021-03-31", True),
        ("03/31/2021", "2021-03-31", True),
        ("31.03.2021", "2021-03-31", True),
        ("03/03/2021", "2021-03-03", True),
        ("dd/03/2021", "2021-03", True),
        ("11/2014", "2014-11", True),
        ("about 2019", "2019~", False),
        ("c. 2019", "2019~", False),
        ("каля 2019", "2019~", False),
        ("2014/11/05?", "2014-11-05?", False),
        ("2014 (?)", "2014?", False),
        ("2013-2014", "2013/2014", False),
        ("2014-11-05 00:00:00", "2014-11-05", True),
        ("March 31, 2021", "2021-03-31", True),
        ("31 March 2021", "2021-03-31", True),
        ("31 марта 2021 г.", "2021-03-31", True),
        ("9 жніўня 2020", "2020-08-09", True),
        ("9 серпня 2020 року", "2020-08-09", True),
        ("9 de agosto de 2020", "2020-08-09", True),
        ("Aug 2020", "2020-08", True),
        ("2014年11月5日", "2014-11-05", True),
        ("20141105", "2014-11-05", False),
        ("early 2014", "2014", False),
        ("before 2014", "../2014", False),
        ("since 2014-05", "2014-05/..", False),
        ("1990s", "199X", False),
        ("5 Nov 14", "2014-11-05", False),
    ],
)
def test_a_date_is_read_as_precisely_as_it_is_written(
    written: str, edtf: str, certain: bool
) -> None:
    read = read_date(written)
    assert (read.value, read.certain, read.refused) == (edtf, certain, "")


@pytest.mark.parametrize(
    "written",
    [
        "03/04/2021",
        "31/02/2021",
        "2021/13/01",
        "2014/21",
        "05/mm/2014",
        "2014-mm-05",
        "41234",
        "7",
        "31/03/21",
        "2020-11-12, 2021-05-01",
        "someday",
        "12 Foo 2020",
        "0001-01-01",
        "T1990",
        "[1990,1991]",
    ],
)
def test_a_date_that_is_none_or_could_be_two_is_refused_with_a_reason(written: str) -> None:
    read = read_date(written)
    assert read.value is None
    assert read.refused


def test_the_profile_says_which_number_is_the_day() -> None:
    assert read_date("03/04/2021", "dmy").value == "2021-04-03"
    assert read_date("03/04/2021", "mdy").value == "2021-03-04"
    assert read_date("31/03/21", "dmy").value == "2021-03-31"
    assert not read_date("31/03/21", "dmy").certain


def test_a_date_of_which_nothing_is_known_is_nothing() -> None:
    assert read_date("yyyy/mm/dd") == Value("yyyy/mm/dd")


@given(TEXT, st.sampled_from(ORDERS))
def test_no_text_breaks_the_reading_of_dates_and_what_is_read_is_a_date(
    text: str, order: str
) -> None:
    read = read_date(text, order)
    assert not (read.value and read.refused)
    if read.value:
        assert dates.parse(read.value) is not None


@given(st.dates(), st.sampled_from(["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%d.%m.%Y", "%m/%d/%Y"]))
def test_a_day_is_never_read_as_another_day(day: Any, form: str) -> None:
    before, after = form.split("%Y")
    text = f"{day.strftime(before)}{day.year:04d}{day.strftime(after)}"
    order = {"%d": "dmy", "%m": "mdy", "%Y": "ymd"}[form[:2]]
    read = read_date(text, order)
    if dates.FIRST_YEAR <= day.year <= dates.LAST_YEAR:
        assert read.value == day.isoformat()
    alone = read_date(text)
    assert alone.value in (None, day.isoformat())


@pytest.mark.parametrize(
    ("written", "term"),
    [
        ("2 1/2 years", {"years": 2, "months": 6}),
        ("4 ½ years", {"years": 4, "months": 6}),
        ("6 years", {"years": 6}),
        ("2.5 years", {"years": 2, "months": 6}),
        ("2,5 года", {"years": 2, "months": 6}),
        ("two and a half years", {"years": 2, "months": 6}),
        ("1 year and 6 months", {"years": 1, "months": 6}),
        ("18 months", {"months": 18}),
        ("3 гады 6 месяцаў", {"years": 3, "months": 6}),
        ("5 лет лишения свободы", {"years": 5}),
        ("15 суток", {"days": 15}),
        ("2 weeks", {"days": 14}),
        ("6y 3m", {"years": 6, "months": 3}),
        ("life imprisonment", {"kind": "life"}),
    ],
)
def test_a_term_in_words_is_read(written: str, term: dict[str, Any]) -> None:
    assert read_term(written).value == term
    assert read_term(f"{written}?").value == term
    assert not read_term(f"{written}?").certain


@pytest.mark.parametrize(
    "written", ["5", "2-3 years", "years", "0 years", "900 years", "1/0 years", "3 years 4 years",
                "1/5 years of something", "soon", "2 1/7 months"],
)  # fmt: skip
def test_a_term_that_is_none_is_refused(written: str) -> None:
    read = read_term(written)
    assert read.value is None
    assert read.refused


def test_a_term_over_several_columns_is_added_up() -> None:
    read = read_amounts("", {"years": "3", "months": "", "weeks": "1", "days": "3.0"})
    assert read.value == {"years": 3, "days": 10}
    assert read_amounts("", {"years": "three"}).refused
    assert read_amounts("", {"years": "0"}).value is None


@given(TEXT)
def test_no_text_breaks_the_reading_of_terms_and_articles(text: str) -> None:
    read_term(text)
    read_amounts(text, {"years": text, "days": text})
    for charge in read_charges(text, LAW, {}):
        assert charge.refused or len(charge.value) == 3


@pytest.mark.parametrize(
    ("written", "articles"),
    [
        ("Part 2 of Art. 293; Art. 342", [("293", "2"), ("342", "")]),
        (
            "Art. 341; Part 2 of Art. 285; Part 1 of Article 13 and Article 293",
            [("341", ""), ("285", "2"), ("13", "1"), ("293", "")],
        ),
        ("ч. 2 ст. 293 УК, ст. 342", [("293", "2"), ("342", "")]),
        ("ст. 293 ч. 2", [("293", "2")]),
        ("арт. 342-1", [("342-1", "")]),
        ("Art. 411 (2)", [("411", "2")]),
    ],
)
def test_articles_of_law_are_read_one_by_one(written: str, articles: list[tuple[str, str]]) -> None:
    read = read_charges(written, LAW, {})
    assert [tuple(one.value) for one in read] == [(LAW, *article) for article in articles]


def test_a_sign_of_a_law_is_what_the_profile_says_and_an_unknown_one_is_refused() -> None:
    codes = {"cl97": "Law of 1997"}
    read = read_charges("CL97-art300(1)/CL97-art293/XX-art1", "", codes)
    assert [one.value for one in read] == [
        ["Law of 1997", "300", "1"],
        ["Law of 1997", "293", ""],
        None,
    ]
    assert read[2].refused


@pytest.mark.parametrize(
    "written", ["", "N/A", "n/a", "-", "—", "FALSE", "No disponible", " NULL ", "нет данных"]
)
def test_words_for_nothing_are_nothing(written: str) -> None:
    assert values.is_nothing(written)


@pytest.mark.parametrize("written", ["Na Li", "No Name Tester", "0", "Falsey"])
def test_other_words_are_something(written: str) -> None:
    assert not values.is_nothing(written)


@pytest.mark.parametrize("written", ["???", "??(?)", "????·???", "Lob?ang", "Na\ufffdme", "??, ??"])
def test_a_name_of_which_letters_were_lost_is_refused(written: str) -> None:
    read = values.read_name(written)
    assert read.value is None
    assert "lost" in read.refused


def test_a_doubtful_name_is_kept_without_its_mark_and_as_doubtful() -> None:
    read = values.read_name("Test Person?")
    assert (read.value, read.certain) == ("Test Person", False)


def test_a_list_of_names_is_taken_apart_and_a_lost_one_takes_no_other_with_it() -> None:
    read = values.read_names('Tester One, "Nick Name"; ???, Two (of, three)')
    assert [one.value for one in read] == ["Tester One", "Nick Name", None, "Two (of, three)"]


def test_html_is_cleaned_and_an_address_stays_beside_its_words() -> None:
    text = '<p>A &amp; B</p><script>alert(1)</script>see <a href="https://example.org/x">this</a>'
    assert values.read_text(text).value == "A & B\nsee this (https://example.org/x)"
    assert "javascript" not in values.read_text('<a href="javascript:x()">y</a>').value


@given(st.text())
def test_no_text_breaks_the_reading_of_names_and_texts(text: str) -> None:
    for read in (values.read_name(text), *values.read_names(text), values.read_text(text, 50)):
        assert read.value is None or (read.value and "\0" not in read.value)
    for read in values.read_names(text):
        if read.is_stated:
            assert any(letter.isalpha() for letter in read.value)
            assert "??" not in read.value


def test_a_code_means_what_the_profile_says_and_no_other_one_is_guessed() -> None:
    meanings, choices = {"rel": "released", "dec": "died?"}, {"released": 1, "died": 1}
    assert values.read_choice("REL", meanings, choices) == Value("REL", "released")
    assert not values.read_choice("REL?", meanings, choices).certain
    assert not values.read_choice("DEC", meanings, choices).certain
    assert values.read_choice("XYZ", meanings, choices).refused


def test_a_country_is_read_by_its_code_or_its_name_in_several_languages() -> None:
    for written in ("BY", "Belarus", "Беларусь"):
        assert values.read_country(written).value == "BY"
    assert values.read_countries("Belarus, Poland").value == ["BY", "PL"]
    assert values.read_country("Nowhereland").refused


@pytest.mark.parametrize(
    ("name", "script"), [("Ales", "Latn"), ("Алесь", "Cyrl"), ("阿里", "Hani"), ("علي", "Arab")]
)
def test_the_script_of_a_name_is_told_from_its_letters(name: str, script: str) -> None:
    assert values.script_of(name) == script
