"""Numbers of which a bound is reported, held against every small number one by one."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from prisoners.bounds import Bound, Kind, Verdict, bound

# No bound below reaches this far, so it stands for all the numbers beyond.
ENOUGH = 60

HARD = (Kind.EXACTLY, Kind.AT_LEAST, Kind.MORE_THAN, Kind.AT_MOST, Kind.FEWER_THAN)
ALLOWS = {
    Kind.EXACTLY: lambda number, value: number == value,
    Kind.ABOUT: lambda number, value: abs(number - value) <= value / 10,
    Kind.AT_LEAST: lambda number, value: number >= value,
    Kind.MORE_THAN: lambda number, value: number > value,
    Kind.AT_MOST: lambda number, value: number <= value,
    Kind.FEWER_THAN: lambda number, value: number < value,
}


def numbers(one: Bound) -> set[int]:
    return {
        number
        for number in range(ENOUGH)
        if one.low <= number and (one.high is None or number <= one.high)
    }


def bounds(kinds: tuple[Kind, ...] = tuple(Kind)) -> st.SearchStrategy[Bound]:
    reported = st.tuples(st.integers(0, 20), st.sampled_from(kinds))
    return reported.filter(lambda one: one != (0, Kind.FEWER_THAN)).map(lambda one: bound(*one))


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("value", [0, 1, 9, 10, 11, 25])
def test_a_reported_number_allows_what_its_words_say(kind: Kind, value: int) -> None:
    if (kind, value) == (Kind.FEWER_THAN, 0):
        with pytest.raises(ValueError, match="no whole number"):
            bound(value, kind)
        return
    allowed = {number for number in range(ENOUGH) if ALLOWS[kind](number, value)}
    assert numbers(bound(value, kind)) == allowed


@pytest.mark.parametrize("kind", HARD[:1] + HARD[3:])
def test_a_number_below_nobody_is_refused(kind: Kind) -> None:
    with pytest.raises(ValueError, match="no whole number"):
        bound(-1, kind)


def test_more_than_1200_less_123_is_more_than_1077_and_agrees_with_more_than_1000() -> None:
    left = bound(1200, Kind.MORE_THAN).less(123)
    assert left == bound(1077, Kind.MORE_THAN)
    assert left.verdict(bound(1000, Kind.MORE_THAN)) is Verdict.AGREE


@pytest.mark.parametrize(
    ("one", "other", "verdict"),
    [
        ((1000, Kind.EXACTLY), (1000, Kind.AT_LEAST), Verdict.AGREE),
        ((1000, Kind.EXACTLY), (1000, Kind.MORE_THAN), Verdict.CONFLICT),
        ((1000, Kind.EXACTLY), (1001, Kind.EXACTLY), Verdict.CONFLICT),
        ((1000, Kind.AT_LEAST), (1000, Kind.AT_MOST), Verdict.SILENT),
        ((1000, Kind.MORE_THAN), (1000, Kind.AT_MOST), Verdict.CONFLICT),
        ((1000, Kind.MORE_THAN), (2000, Kind.FEWER_THAN), Verdict.SILENT),
        ((1000, Kind.MORE_THAN), (1100, Kind.MORE_THAN), Verdict.AGREE),
        ((1000, Kind.ABOUT), (1050, Kind.EXACTLY), Verdict.AGREE),
        ((1000, Kind.ABOUT), (5000, Kind.EXACTLY), Verdict.SILENT),
        ((1000, Kind.ABOUT), (1000, Kind.MORE_THAN), Verdict.SILENT),
        ((1000, Kind.ABOUT), (2000, Kind.ABOUT), Verdict.SILENT),
    ],
)
def test_two_bounds_agree_conflict_or_say_nothing(
    one: tuple[int, Kind], other: tuple[int, Kind], verdict: Verdict
) -> None:
    assert bound(*one).verdict(bound(*other)) is verdict
    assert bound(*other).verdict(bound(*one)) is verdict


@given(bounds(HARD), bounds(HARD))
def test_the_verdict_on_hard_bounds_is_that_of_the_numbers_they_allow(
    one: Bound, other: Bound
) -> None:
    mine, theirs = numbers(one), numbers(other)
    assert one.implies(other) == (mine <= theirs)
    assert one.meets(other) == bool(mine & theirs)
    if not mine & theirs:
        expected = Verdict.CONFLICT
    elif mine <= theirs or theirs <= mine:
        expected = Verdict.AGREE
    else:
        expected = Verdict.SILENT
    assert one.verdict(other) is expected


@given(bounds((Kind.ABOUT,)), bounds())
def test_about_never_conflicts_with_anything(about: Bound, other: Bound) -> None:
    assert about.verdict(other) is not Verdict.CONFLICT
    assert other.verdict(about) is about.verdict(other)


@given(bounds(), st.integers(0, 20))
def test_what_is_left_is_each_allowed_number_less_those_who_are_gone(one: Bound, gone: int) -> None:
    left = {number - gone for number in numbers(one) if number >= gone}
    if not left:
        with pytest.raises(ValueError, match="no whole number"):
            one.less(gone)
        return
    # The far end of an open range moves down with it.
    assert {number for number in numbers(one.less(gone)) if number < ENOUGH - gone} == left
    assert one.less(gone).soft == one.soft


@given(bounds())
def test_only_a_hard_bound_on_one_number_is_exact(one: Bound) -> None:
    allowed = numbers(one)
    assume(len(allowed) == 1 or one.exact is not None)
    assert one.exact == (None if one.soft else allowed.pop())
