"""Interval dates: what a text means, what it is called, what is refused, and time between."""

from __future__ import annotations

import string
from datetime import date, timedelta
from itertools import product

import pytest
from dateutil.relativedelta import relativedelta
from django.utils import translation
from hypothesis import example, given
from hypothesis import strategies as st

from prisoners import dates
from prisoners.dates import DateTextError, Interval

# Text, first possible day, last possible day (both ISO, "" for none), label in English.
READ = [
    ("2021", "2021-01-01", "2021-12-31", "2021"),
    ("2021-07", "2021-07-01", "2021-07-31", "July 2021"),
    ("2021-07-14", "2021-07-14", "2021-07-14", "14 July 2021"),
    ("2024-02", "2024-02-01", "2024-02-29", "February 2024"),
    ("2024-02-29", "2024-02-29", "2024-02-29", "29 February 2024"),
    ("1800", "1800-01-01", "1800-12-31", "1800"),
    ("2199-12-31", "2199-12-31", "2199-12-31", "31 December 2199"),
    (" 2021\n", "2021-01-01", "2021-12-31", "2021"),
    # Inferred
    ("2025-12-13?", "2025-12-13", "2025-12-13", "13 December 2025 (inferred)"),
    ("2021-07?", "2021-07-01", "2021-07-31", "July 2021 (inferred)"),
    ("?2021", "2021-01-01", "2021-12-31", "2021 (inferred)"),
    ("2021?-07-14", "2021-07-14", "2021-07-14", "14 July 2021 (inferred)"),
    # Approximate: one unit of its own precision on either side
    ("2019~", "2018-01-01", "2020-12-31", "about 2019"),
    ("2021-07~", "2021-06-01", "2021-08-31", "about July 2021"),
    ("2024-02~", "2024-01-01", "2024-03-31", "about February 2024"),
    ("2024-02-29~", "2024-02-28", "2024-03-01", "about 29 February 2024"),
    ("~2021-07", "2021-06-01", "2021-08-31", "about July 2021"),
    ("2021%", "2020-01-01", "2022-12-31", "about 2021 (inferred)"),
    # Between two
    ("2020-08-09/2020-08-12", "2020-08-09", "2020-08-12", "9–12 August 2020"),
    ("2020-08-30/2020-09-02", "2020-08-30", "2020-09-02", "30 August 2020 – 2 September 2020"),
    ("2021-07-14/2021-07-14", "2021-07-14", "2021-07-14", "14 July 2021"),
    ("2021-07/2021-09", "2021-07-01", "2021-09-30", "July – September 2021"),
    ("2021/2022", "2021-01-01", "2022-12-31", "2021–2022"),
    ("2021-07-14/2021-08", "2021-07-14", "2021-08-31", "14 July 2021 – 31 August 2021"),
    ("2021-07-14/2021-07", "2021-07-14", "2021-07-31", "14–31 July 2021"),
    ("2021/2021-03", "2021-01-01", "2021-03-31", "1 January 2021 – 31 March 2021"),
    ("2021-03/2021", "2021-03-01", "2021-12-31", "1 March 2021 – 31 December 2021"),
    (
        "2020-08~/2020-09?",
        "2020-07-01",
        "2020-09-30",
        "about August – September 2020 (inferred)",
    ),
    # One end unknown
    ("2025-12-13/..", "2025-12-13", "", "13 December 2025 or later"),
    ("2025-12-13?/..", "2025-12-13", "", "13 December 2025 or later (inferred)"),
    ("../2021", "", "2021-12-31", "2021 or earlier"),
    ("../2021-07", "", "2021-07-31", "July 2021 or earlier"),
    # The rarer forms
    ("199X", "1990-01-01", "1999-12-31", "1 January 1990 – 31 December 1999"),
    ("2021-XX", "2021-01-01", "2021-12-31", "2021"),
    ("2021-07-XX", "2021-07-01", "2021-07-31", "July 2021"),
    ("2021-XX-12", "2021-01-12", "2021-12-12", "12 January 2021 – 12 December 2021"),
    ("2021-21", "2021-03-01", "2021-05-31", "1 March 2021 – 31 May 2021"),
    ("2021-34", "2021-04-01", "2021-06-30", "1 April 2021 – 30 June 2021"),
    ("2021-41", "2021-07-01", "2021-12-31", "1 July 2021 – 31 December 2021"),
    ("[2021-07-14,2021-07-16]", "2021-07-14", "2021-07-16", "14–16 July 2021"),
]

REFUSED = [
    ("2021-13", "no month 13"),
    ("2021-00", "no month 00"),
    ("2021-42", "no month 42"),
    ("2021-02-30", "no such day"),
    ("2023-02-29", "no such day"),
    ("2021-07-00", "no such day"),
    ("2021-07-32", "no such day"),
    ("1799", "not between 1800 and 2199"),
    ("2200-01", "not between 1800 and 2199"),
    ("156X-12-25", "not between 1800 and 2199"),
    ("2021-07/", "write .. for an end"),
    ("/2021", "write .. for an end"),
    ("2021/2022/2023", "write .. for an end"),
    ("2021/2020", "end comes before its beginning"),
    ("2021-07-14/2021-06", "end comes before its beginning"),
    ("2021-03~/2021-02~", "end comes before its beginning"),
    ("../..", "leave it empty"),
    ("2021-24", "this season lies in two years"),
    ("2021-30", "this season lies in two years"),
    ("2021-24/2022-02", "this season lies in two years"),
    ("hello", "not a date in EDTF"),
    ("unknown", "not a date in EDTF"),
    ("Y17000", "not a date in EDTF"),
    ("20211", "not a date in EDTF"),
    ("202", "not a date in EDTF"),
    ("21", "not a date in EDTF"),
    ("-2021", "not a date in EDTF"),
    ("XXXX", "not a date in EDTF"),
    ("1XXX", "not a date in EDTF"),
    ("1900S2", "not a date in EDTF"),
    ("2021-1X", "not a date in EDTF"),
    ("2021-X1", "not a date in EDTF"),
    ("{2021,2022}", "not a date in EDTF"),
    ("[2021..2022]", "not a date in EDTF"),
    ("[2021,]", "not a date in EDTF"),
    ("[2021", "not a date in EDTF"),
    ("2021..2022", "not a date in EDTF"),
    ("..", "not a date in EDTF"),
    ("?", "not a date in EDTF"),
    ("2021-7", "not a date in EDTF"),
    ("20210714", "not a date in EDTF"),
    ("14.07.2021", "not a date in EDTF"),
    ("2021–07", "not a date in EDTF"),
    ("2021 / 2022", "not a date in EDTF"),
    ("2021-07-14T10:00", "not a date in EDTF"),
    ("2021-07-14Z", "not a date in EDTF"),
    ("2021/open", "not a date in EDTF"),
    ("٢٠٢١", "not a date in EDTF"),
    ("２０２１", "not a date in EDTF"),
    ("2021\x00", "not a date in EDTF"),
    ("\ud800", "not a date in EDTF"),
]

EXAMPLES = ("2021-07-14", "2025-12-13?", "2019~", "2020-08-09/2020-08-12", "2025-12-13/..")


def words(label: str) -> str:
    """Return a label with common spaces for the narrow and the unbreakable ones of CLDR."""
    return " ".join(label.split())


def iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def read(text: str) -> Interval:
    interval = dates.parse(text)
    assert interval is not None
    return interval


@pytest.mark.parametrize(("text", "first", "last", "label"), READ)
def test_a_date_has_its_possible_days_and_a_label_as_precise_as_it_is(
    text: str, first: str, last: str, label: str
) -> None:
    interval = read(text)
    assert (iso(interval.first), iso(interval.last)) == (first, last)
    with translation.override("en"):
        assert words(interval.label()) == label
    assert str(interval) == text.strip()


@pytest.mark.parametrize("text", ["", " ", "\t\n"])
def test_an_empty_text_is_an_unknown_date(text: str) -> None:
    assert dates.parse(text) is None


@pytest.mark.parametrize(("text", "reason"), REFUSED)
def test_a_text_that_is_no_date_is_refused_with_the_text_the_reason_and_an_example(
    text: str, reason: str
) -> None:
    with translation.override("en"), pytest.raises(DateTextError) as refusal:
        dates.parse(text)
    message = str(refusal.value)
    assert f"“{text}”" in message
    assert reason in message
    assert all(example in message for example in EXAMPLES)


def test_ten_thousand_characters_are_refused_and_not_repeated() -> None:
    with translation.override("en"), pytest.raises(DateTextError, match="it is too long") as error:
        dates.parse("9" * 10_000)
    assert len(str(error.value)) < 400


def test_the_longest_text_that_is_read_and_one_letter_more() -> None:
    days = ",".join(f"2021-01-0{day}" for day in range(1, 6))
    longest = f"[{days},2021-06]"
    assert len(longest) == dates.LONGEST_TEXT
    assert read(longest).last == date(2021, 6, 30)
    with pytest.raises(DateTextError, match="it is too long"):
        dates.parse(f"{longest}?")


def test_a_refusal_leaves_nothing_on_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    for text, _reason in REFUSED:
        with pytest.raises(DateTextError):
            dates.parse(text)
    assert capsys.readouterr().out == ""


def test_a_bad_end_of_a_range_is_refused_naming_the_whole_range() -> None:
    with pytest.raises(DateTextError, match="“2021-07/2021-13”"):
        dates.parse("2021-07/2021-13")


DATE_LIKE = st.text(alphabet="0123456789-/.?~%X[],{}TYES: ", max_size=24)
PLAIN = st.one_of(
    st.dates(date(1800, 1, 1), date(2199, 12, 31)).map(date.isoformat),
    st.dates(date(1800, 1, 1), date(2199, 12, 31)).map(lambda day: f"{day:%Y-%m}"),
    st.integers(1800, 2199).map(str),
)
QUALIFIED = st.tuples(PLAIN, st.sampled_from(["", "?", "~", "%"])).map("".join)
RANGES = st.tuples(QUALIFIED | st.just(".."), QUALIFIED | st.just("..")).map("/".join)
NEAR_MISSES = st.tuples(
    QUALIFIED | RANGES, st.text(alphabet=string.printable, max_size=3), st.integers(0, 20)
).map(lambda parts: parts[0][: parts[2]] + parts[1] + parts[0][parts[2] :])


@given(st.text(max_size=80) | DATE_LIKE | QUALIFIED | RANGES | NEAR_MISSES)
@example("../2021")
@example("2021-XX-XX/..")
@example("[?2021,2022~]")
def test_any_text_is_a_date_or_is_refused_and_a_date_is_never_inside_out(text: str) -> None:
    try:
        interval = dates.parse(text)
    except DateTextError:
        return
    if interval is None:
        assert not text.strip()
        return
    assert interval.first is not None or interval.last is not None
    if interval.first and interval.last:
        assert interval.first <= interval.last
    first, last = interval.stated
    assert (first is None) == (interval.first is None)
    assert (last is None) == (interval.last is None)
    assert interval.first is None or (first is not None and interval.first <= first)
    assert interval.last is None or (last is not None and last <= interval.last)
    assert interval.label()
    assert interval.days_label()
    assert interval == dates.parse(interval.text)


@given(PLAIN)
def test_the_short_way_and_the_library_read_a_plain_date_alike(text: str) -> None:
    short, library = read(text), dates._parse_with_library(text)
    assert (short.first, short.last, short.precision) == (
        library.first,
        library.last,
        library.precision,
    )


@given(PLAIN)
def test_to_call_a_date_inferred_leaves_its_days_and_to_call_it_about_widens_them(
    text: str,
) -> None:
    plain, inferred, about, both = (read(text + mark) for mark in ("", "?", "~", "%"))
    assert (inferred.first, inferred.last) == (plain.first, plain.last)
    assert (both.first, both.last) == (about.first, about.last)
    assert (plain.inferred, inferred.inferred, about.inferred, both.inferred) == (
        *(False, True),
        *(False, True),
    )
    assert (plain.approximate, inferred.approximate, about.approximate, both.approximate) == (
        *(False, False),
        *(True, True),
    )
    assert about.first
    assert about.last
    assert plain.first
    assert plain.last
    assert about.first < plain.first
    assert plain.last < about.last


@pytest.mark.parametrize(
    ("language", "text", "label"),
    [
        ("be", "2021-07", "ліпень 2021"),
        ("be", "2021-07-14", "14 ліпеня 2021"),
        ("be", "2020-08-09/2020-08-12", "9–12 жніўня 2020"),
        ("ru", "2021-07", "июль 2021"),
        ("ru", "2021-07-14", "14 июля 2021"),
        ("ru", "2020-08-30/2020-09-02", "30 августа 2020 – 2 сентября 2020"),
        ("uk", "2021-07", "липень 2021"),
        ("uk", "2021-07/2021-09", "липень – вересень 2021"),
        ("uk", "2021/2022", "2021–2022"),
    ],
)
def test_a_label_is_in_the_readers_language(language: str, text: str, label: str) -> None:
    with translation.override(language):
        assert words(read(text).label()) == label


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("2021-07", "1–31 July 2021"),
        ("2021-07-14", "14 July 2021"),
        ("2021", "1 January 2021 – 31 December 2021"),
        ("2024-02-29~", "28 February 2024 – 1 March 2024"),
        ("2021-07/..", "1 July 2021 or later"),
    ],
)
def test_the_possible_days_can_be_named(text: str, label: str) -> None:
    with translation.override("en"):
        assert words(read(text).days_label()) == label


# Comparing ---------------------------------------------------------------------------------

EPOCH = date(2021, 2, 20)


def days_between(first: int, length: int) -> Interval:
    begin = EPOCH + timedelta(first)
    end = begin + timedelta(length)
    return read(f"{begin}/{end}")


SMALL = st.builds(days_between, st.integers(0, 30), st.integers(0, 12))
# Open ends stand in this reference for a hundred days more, beyond every other date in it.
OPEN = st.builds(lambda one: read(f"{one.first}/.."), SMALL) | st.builds(
    lambda one: read(f"../{one.last}"), SMALL
)
FAR = 100


def possible_days(interval: Interval) -> list[date]:
    first = interval.first or EPOCH - timedelta(FAR)
    last = interval.last or EPOCH + timedelta(FAR)
    return [first + timedelta(number) for number in range((last - first).days + 1)]


@given(SMALL | OPEN, st.integers(-5, 50))
def test_by_a_day_is_certain_if_every_possible_day_is_and_possible_if_one_is(
    interval: Interval, offset: int
) -> None:
    day = EPOCH + timedelta(offset)
    assert interval.certainly_by(day) == all(one <= day for one in possible_days(interval))
    assert interval.possibly_by(day) == any(one <= day for one in possible_days(interval))


@given(SMALL | OPEN, SMALL | OPEN)
def test_before_another_date_is_certain_if_every_pair_of_days_is_and_possible_if_one_is(
    one: Interval, other: Interval
) -> None:
    pairs = list(product(possible_days(one), possible_days(other)))
    assert one.certainly_before(other) == all(mine < theirs for mine, theirs in pairs)
    assert one.possibly_before(other) == any(mine < theirs for mine, theirs in pairs)


def test_one_possible_day_is_a_day_and_two_are_not() -> None:
    assert read("2021-07-14?").is_day
    assert read("2021-07-14/2021-07-14").is_day
    assert not read("2021-07-14~").is_day
    assert not read("../2021").is_day


def test_dates_are_ordered_by_first_day_then_last_with_the_unknown_at_the_end() -> None:
    ordered = ["../2021", "2020", "2020-01-01/..", "2021-07-14", "2021-07-14/2021-07-15", "2021-08"]
    intervals = [read(text) for text in ordered]
    assert sorted([None, *intervals[::-1]], key=dates.sort_key) == [*intervals, None]


# Spans -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("begin", "end", "label"),
    [
        ("2021-07", "2025-12-13?", "4 years 4–5 months"),
        ("2021-07-14", "2025-12-13", "4 years 4 months"),
        ("2021-07-14", "2021-12-13", "4 months 29 days"),
        ("2021-07-14", "2021-07-14", "0 days"),
        ("2021-07-14", "2021-07-15", "1 day"),
        ("2021-07-01/2021-07-05", "2021-07-10", "5–9 days"),
        ("2021-07", "2021-09-20", "1–2 months"),
        ("2021-01", "2021-12", "10–11 months"),
        ("2020", "2024", "3 years – 4 years 11 months"),
        ("2020-01-01", "2020-12-31/2021-01-01", "11 months – 1 year"),
        ("2019-01-01/2020-01-01", "2022-01-01", "2–3 years"),
        ("2021-07", "2021-08", "up to 1 month 30 days"),
        ("2021", "2022", "up to 1 year 11 months 30 days"),
        ("../2021-07", "2025", "at least 3 years 5 months"),
        ("2021-07", "2025/..", "at least 3 years 5 months"),
        # An end that may come before the beginning counts from zero.
        ("2021", "2021-06", "up to 5 months 29 days"),
    ],
)
def test_a_span_is_named_as_the_range_that_it_is(begin: str, end: str, label: str) -> None:
    elapsed = dates.span(read(begin), read(end))
    assert elapsed is not None
    with translation.override("en"):
        assert words(elapsed.label()) == label


@pytest.mark.parametrize(
    ("language", "label"),
    [("be", "4 гады 4–5 месяцаў"), ("ru", "4 года 4–5 месяцев"), ("uk", "4 роки 4–5 місяців")],
)
def test_a_span_is_named_in_the_readers_language(language: str, label: str) -> None:
    elapsed = dates.span(read("2021-07"), read("2025-12-13?"))
    assert elapsed is not None
    with translation.override(language):
        assert words(elapsed.label()) == label


@pytest.mark.parametrize(
    ("begin", "end"),
    [("", "2021"), ("2021", ""), ("", ""), ("2021-07-14/..", "2022"), ("2021", "../2022")],
)
def test_there_is_no_span_where_nothing_can_be_said_of_its_least(begin: str, end: str) -> None:
    assert dates.span(dates.parse(begin), dates.parse(end)) is None


def elapsed_tuple(elapsed: relativedelta) -> tuple[int, int, int]:
    return elapsed.years, elapsed.months, elapsed.days


@given(SMALL, SMALL)
def test_the_shortest_and_longest_span_are_those_of_all_pairs_of_days(
    begin: Interval, end: Interval
) -> None:
    elapsed = dates.span(begin, end)
    assert elapsed is not None
    assert elapsed.longest is not None
    pairs = [
        (first, max(first, last))
        for first, last in product(possible_days(begin), possible_days(end))
    ]
    numbers = [(last - first).days for first, last in pairs]
    assert (elapsed.shortest_days, elapsed.longest_days) == (min(numbers), max(numbers))
    calendar = [elapsed_tuple(relativedelta(last, first)) for first, last in pairs]
    # Calendar months differ in length, so two pairs of one number of days may read differently;
    # the ends are always those of the pair that is shortest and longest in days.
    assert elapsed_tuple(elapsed.shortest) in {
        reading for reading, number in zip(calendar, numbers, strict=True) if number == min(numbers)
    }
    assert elapsed_tuple(elapsed.longest) in {
        reading for reading, number in zip(calendar, numbers, strict=True) if number == max(numbers)
    }


WIDE = st.builds(
    lambda first, length: read(
        f"{EPOCH + timedelta(first)}/{EPOCH + timedelta(first) + timedelta(length)}"
    ),
    st.integers(0, 2000),
    st.integers(0, 800),
)


@given(WIDE, WIDE)
def test_a_label_names_one_length_if_both_ends_read_alike_and_a_range_otherwise(
    begin: Interval, end: Interval
) -> None:
    elapsed = dates.span(begin, end)
    assert elapsed is not None
    with translation.override("en"):
        label = elapsed.label()
    if elapsed.shortest_days == elapsed.longest_days:
        assert "–" not in label
        assert "up to" not in label
    assert "at least" not in label
    assert not label.startswith("0 months")


@given(st.integers(0, 2000), st.integers(0, 800))
def test_one_more_day_never_makes_an_exact_span_read_shorter(first: int, length: int) -> None:
    begin = dates.on_day(EPOCH + timedelta(first))
    shorter, longer = (
        dates.span(begin, dates.on_day(EPOCH + timedelta(first + length + more))) for more in (0, 1)
    )
    assert shorter is not None
    assert longer is not None
    assert elapsed_tuple(shorter.shortest) < elapsed_tuple(longer.shortest)


def test_a_day_is_the_date_that_its_own_text_means() -> None:
    assert dates.on_day(date(2021, 7, 14)) == read("2021-07-14")


@pytest.mark.parametrize(
    ("term", "label"),
    [
        ((2, 6, 0), "2 years 6 months"),
        ((0, 0, 15), "15 days"),
        ((1, 0, 1), "1 year 1 day"),
        ((0, 0, 0), ""),
    ],
)
def test_a_term_is_named_by_its_own_units(term: tuple[int, int, int], label: str) -> None:
    with translation.override("en"):
        assert dates.term_label(*term) == label


@pytest.mark.parametrize(
    ("exact", "rough", "does"),
    [
        ("2021-07-14", "2021-07", True),
        ("2021-07", "2021-07-14", False),
        ("2021-07-14", "2021-08", False),
        ("2021-07-14", "2021-07-14", False),
        ("2021-07-14", "2021-07-14?", True),
        ("2021-07-14?", "2021-07-14", False),
        ("2021-07-14?", "2021-07", False),
        ("2021-07-14?", "2021-07?", True),
        ("2021-07-14", "2021-07-01/..", True),
        ("2021-07-14", "../2021-07-13", False),
        ("2021-07-14/..", "2021-07-01/..", True),
        ("2021-07-01/..", "2021-07-01/2021-07-31", False),
    ],
)
def test_a_date_refines_another_that_allows_more_days_or_was_inferred(
    exact: str, rough: str, does: bool
) -> None:
    one, other = dates.parse(exact), dates.parse(rough)
    assert one is not None
    assert other is not None
    assert one.refines(other) is does
