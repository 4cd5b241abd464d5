"""Where the marks of a picture stand."""

from __future__ import annotations

import re
from datetime import date, timedelta
from itertools import pairwise

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from prisoners.bounds import Kind
from prisoners.models import CountRange, Detention
from prisoners.public.charts import adding_up, held, months, time_held
from prisoners.public.charts.adding_up import Part
from prisoners.public.charts.held import Mark, Point
from prisoners.public.charts.scales import LAST_LABEL, MOST_STEPS, Numbers, Time
from prisoners.reading.series import Held, HeldOverTime, Month

LAST = date(2021, 12, 31)


def share(percent: str) -> float:
    assert percent.endswith("%")
    return float(percent[:-1]) / 100


# Axes ---------------------------------------------------------------------------------------


@given(st.integers(0, 10**9))
def test_an_axis_of_numbers_is_of_few_round_steps_and_holds_the_largest(largest: int) -> None:
    scale = Numbers.up_to(largest)
    assert re.fullmatch("[125]0*", str(scale.step))
    assert scale.top >= max(largest, 1)
    assert scale.top - scale.step < max(largest, 1)
    assert scale.top % scale.step == 0
    assert scale.top // scale.step <= MOST_STEPS


def test_the_labels_of_numbers_are_the_readers() -> None:
    assert Numbers.up_to(1200).ticks() == [
        {"y": "100%", "label": "0"},
        {"y": "66.67%", "label": "500"},
        {"y": "33.33%", "label": "1,000"},
        {"y": "0%", "label": "1,500"},
    ]
    with override("ru"):
        assert Numbers.up_to(1200).ticks()[2]["label"] == "1\N{NO-BREAK SPACE}000"


@given(st.dates(date(1800, 1, 1), date(2199, 1, 1)), st.integers(0, 150_000))
def test_an_axis_of_time_has_few_labels_in_order_and_within(first: date, days: int) -> None:
    last = min(first + timedelta(days=days), date(2199, 12, 31))
    time = Time.of(first, last)
    assert time.first <= first
    assert time.share(last) == (1 if last > time.first else 0)
    ticks = [share(one["x"]) for one in time.ticks()]
    assert 1 <= len(ticks) <= 7
    assert ticks == sorted(set(ticks))
    assert all(share(one["x"]) <= LAST_LABEL + 0.001 for one in time.ticks() if one["label"])


@pytest.mark.parametrize(
    ("first", "last", "labels"),
    [
        (date(2021, 7, 14), date(2025, 12, 13), ["2021", "2022", "2023", "2024", "2025"]),
        (date(2010, 7, 14), date(2025, 12, 13), ["2010", "2015", "2020", ""]),
        (date(2021, 2, 3), date(2021, 9, 3), ["Mar 2021", "May 2021", "Jul 2021", ""]),
        (date(2021, 2, 3), date(2021, 2, 9), ["3 Feb 2021"]),
    ],
)
def test_time_is_labelled_by_years_months_or_its_first_day(
    first: date, last: date, labels: list[str]
) -> None:
    assert [one["label"] for one in Time.of(first, last).ticks()] == labels


# Held over time -------------------------------------------------------------------------------


def over_time(*counts: tuple[date, int, int]) -> HeldOverTime:
    return HeldOverTime([Held(day, CountRange(low, high)) for day, low, high in counts], None)


SERIES = over_time((date(2021, 1, 1), 0, 10), (date(2021, 7, 2), 10, 10), (LAST, 5, 5))


def point(value: int, bound: Kind = Kind.EXACTLY, day: date = date(2021, 7, 2)) -> Point:
    return Point(day, day, value, bound, "so many", "/figures/#figure-1")


def test_the_line_is_of_steps_and_the_ground_between_is_the_range() -> None:
    picture = held.draw(SERIES, [], [], LAST)
    assert picture is not None
    (panel,) = picture["panels"]
    assert panel["kind"] == "documented"
    assert panel["line"] == "M0 1000H500V0H1000V500"
    assert panel["edge"] == "M0 0H500H1000V500"
    assert panel["range"] == "M0 0H500H1000V500L1000 500L1000 0L500 0L500 1000L0 1000Z"
    assert picture["has_range"]


def test_a_line_without_doubt_has_no_ground() -> None:
    picture = held.draw(over_time((date(2021, 1, 1), 1, 1), (LAST, 2, 2)), [], [], LAST)
    assert picture is not None
    assert picture["panels"][0]["range"] == ""
    assert not picture["has_range"]


def test_what_is_reported_shares_the_scale_where_the_line_stays_visible() -> None:
    picture = held.draw(SERIES, [point(100)], [], LAST)
    assert picture is not None
    (panel,) = picture["panels"]
    assert panel["kind"] == "both"
    assert panel["ticks"][-1]["label"] == "100"
    assert (panel["points"][0]["x"], panel["points"][0]["y"]) == ("50%", "0%")


def test_else_each_has_a_scale_of_its_own_and_the_same_days() -> None:
    picture = held.draw(SERIES, [point(1200, Kind.MORE_THAN)], [], LAST)
    assert picture is not None
    above, below = picture["panels"]
    assert picture["apart"]
    assert (above["kind"], below["kind"]) == ("reported", "documented")
    assert (above["ticks"][-1]["label"], below["ticks"][-1]["label"]) == ("1,500", "10")
    assert above["points"][0]["x"] == "50%"
    assert "line" not in above
    assert below["line"] == "M0 1000H500V0H1000V500"


@pytest.mark.parametrize(
    ("bound", "arrow"),
    [
        (Kind.EXACTLY, ""),
        (Kind.ABOUT, ""),
        (Kind.AT_LEAST, "up"),
        (Kind.MORE_THAN, "up"),
        (Kind.AT_MOST, "down"),
        (Kind.FEWER_THAN, "down"),
    ],
)
def test_a_point_says_by_its_form_which_way_the_number_may_be(bound: Kind, arrow: str) -> None:
    picture = held.draw(None, [point(100, bound)], [], LAST)
    assert picture is not None
    (drawn,) = picture["panels"][0]["points"]
    assert drawn["bound"] == arrow
    assert drawn["about"] is (bound is Kind.ABOUT)
    assert picture["bounds"] == [bound.value]
    assert (drawn["high"] != drawn["y"]) is (bound is Kind.ABOUT)
    assert share(drawn["high"]) <= share(drawn["y"]) <= share(drawn["low"])


def test_a_figure_of_no_one_day_is_drawn_over_all_of_them() -> None:
    drawn = Point(date(2021, 1, 1), LAST, 5, Kind.EXACTLY, "", "")
    picture = held.draw(SERIES, [drawn], [], LAST)
    assert picture is not None
    (shown,) = picture["panels"][0]["points"]
    assert (shown["from"], shown["x"], shown["to"]) == ("0%", "50%", "100%")


def test_what_lies_outside_the_days_shown_is_not_marked() -> None:
    days = (date(2020, 1, 1), date(2021, 7, 2), date(2022, 1, 1))
    marks = [Mark("release", day, day, str(day), "/releases/x/") for day in days]
    picture = held.draw(SERIES, [point(5, day=days[2])], marks, LAST)
    assert picture is not None
    assert [(one["words"], one["x"]) for one in picture["marks"]] == [("2021-07-02", "50%")]
    assert picture["panels"][0]["points"] == []


def test_nothing_known_is_not_drawn() -> None:
    assert held.draw(None, [], [Mark("deal", LAST, LAST, "", "")], LAST) is None


# Months ---------------------------------------------------------------------------------------


def month(number: int, arrested: tuple[int, int], released: tuple[int, int]) -> Month:
    return Month(date(2021, number, 1), CountRange(*arrested), CountRange(*released))


def test_bars_go_up_and_down_from_one_line_in_one_scale() -> None:
    picture = months.draw([month(1, (2, 3), (0, 0)), month(2, (0, 0), (1, 1))])
    assert [(one["y"], one["label"]) for one in picture["ticks"]] == [
        ("0%", "3"),
        ("25%", "2"),
        ("50%", "1"),
        ("75%", "0"),
        ("100%", "1"),
    ]
    assert picture["foot"] == "75%"
    up = re.fullmatch(r"M([\d.]+) 750v-500h([\d.]+)V750z", picture["arrested"])
    down = re.fullmatch(r"M([\d.]+) 750v250h([\d.]+)V750z", picture["released"])
    assert up
    assert down
    assert float(up[1]) + float(up[2]) < float(down[1])
    assert re.fullmatch(r"M[\d.]+ 250v-250", picture["possible"])


def test_too_few_are_not_worth_drawing() -> None:
    few = [month(1, (1, 1), (0, 0)), month(2, (0, 0), (1, 1)), month(3, (1, 1), (0, 0))]
    assert not months.is_worth_drawing(few)
    assert not months.is_worth_drawing([month(1, (50, 50), (20, 20))])
    assert months.is_worth_drawing([*few, month(4, (2, 2), (0, 0))])


# One person -------------------------------------------------------------------------------------


def detention(**values: str) -> Detention:
    one = Detention(**values)
    one.clean_fields(exclude=["prisoner", "country", "end_known_on"])
    for field in Detention._meta.concrete_fields:
        if field.name.endswith(("_first", "_last")):
            field.pre_save(one, add=True)
    return one


def test_certain_days_are_filled_within_the_possible_ones() -> None:
    one = detention(began="2021-07", end_kind="released", ended="2021-12-31")
    picture = time_held.draw([one], date(2026, 1, 1))
    assert picture is not None
    (row,) = picture["rows"]
    assert share(row["possible"]["x"]) == 0
    assert share(row["possible"]["width"]) == 1
    x, width = share(row["certain"]["x"]), share(row["certain"]["width"])
    assert x == pytest.approx(30 / 183, abs=0.001)
    assert x + width == pytest.approx(1, abs=0.001)


def test_exact_days_leave_nothing_open() -> None:
    one = detention(began="2021-07-14", end_kind="released", ended="2021-12-31")
    picture = time_held.draw([one], date(2026, 1, 1))
    assert picture is not None
    assert "possible" not in picture["rows"][0]
    assert not picture["has_possible"]


def test_an_open_detention_is_filled_up_to_when_it_was_last_confirmed() -> None:
    one = detention(began="2021-01-01", last_confirmed="2021-06-30")
    picture = time_held.draw([one], date(2022, 1, 1))
    assert picture is not None
    (row,) = picture["rows"]
    assert share(row["certain"]["width"]) == pytest.approx(181 / 365, abs=0.001)
    assert share(row["possible"]["width"]) == 1
    unconfirmed = time_held.draw([detention(began="2021-01-01")], date(2022, 1, 1))
    assert unconfirmed is not None
    assert "certain" not in unconfirmed["rows"][0]


def test_what_has_no_two_ends_is_not_drawn_but_counted() -> None:
    ended = detention(end_kind="released", ended="2021-12-31")
    assert time_held.draw([ended], LAST) is None
    assert time_held.draw([detention(began="2021-07", end_kind="pardon")], LAST) is None
    assert time_held.draw([], LAST) is None
    picture = time_held.draw([ended, detention(began="2021-07-14")], LAST)
    assert picture is not None
    assert (len(picture["rows"]), picture["undrawn"]) == (1, 1)


# A release -----------------------------------------------------------------------------------


def test_the_parts_of_a_release_stand_one_after_another_on_one_scale() -> None:
    bars = adding_up.draw(
        [
            [Part("all", 100, "whole")],
            [Part("to one", 20, "segment"), Part("none", 0, "open"), Part("rest", 80, "open")],
            [Part("nobody", 0, "full")],
        ],
        100,
    )
    assert [[(one["label"], one["x"], one["width"]) for one in bar] for bar in bars] == [
        [("all", "0%", "100%")],
        [("to one", "0%", "20%"), ("rest", "20%", "80%")],
    ]
    for bar in bars:
        for one, after in pairwise(bar):
            assert share(one["x"]) + share(one["width"]) == share(after["x"])
