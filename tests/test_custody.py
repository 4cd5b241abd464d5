"""Who was held, free or dead on a day: examples in words, then everything against brute force."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import product
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from prisoners.models import (
    CountRange,
    Detention,
    Disclosure,
    Prisoner,
    Release,
    ReleaseOutcome,
    Scope,
    State,
    Status,
)
from prisoners.models.custody import PrisonerQuerySet
from tests.factories import (
    COUNTRY,
    DetentionFactory,
    PrisonerFactory,
    ReleaseFactory,
    ReleaseOutcomeFactory,
)

pytestmark = pytest.mark.django_db

RELEASED = Detention.EndKind.RELEASED
DIED = Detention.EndKind.DIED


def person(*detentions: dict[str, Any]) -> Prisoner:
    prisoner = PrisonerFactory.create(published=True)
    for values in detentions:
        DetentionFactory.create(**{"prisoner": prisoner, "published": True, **values})
    return prisoner


def status(prisoner: Prisoner, day: str) -> str:
    people = Prisoner.objects.published().status(date.fromisoformat(day))
    return str(people.get(pk=prisoner.pk).custody)


def possible(prisoner: Prisoner, day: str) -> set[Status]:
    """Return what may have been so of a person on a day, what was certain included."""
    people = Prisoner.objects.published().filter(pk=prisoner.pk)
    on = date.fromisoformat(day)
    asked = {
        Status.HELD: people.held(on),
        Status.RELEASED: people.released(on),
        Status.DIED: people.died(on),
    }
    return {one for one, found in asked.items() if found.exists()}


# Examples ----------------------------------------------------------------------------------


def test_a_detention_holds_from_the_day_it_began_up_to_and_without_the_day_it_ended() -> None:
    one = person({"began": "2021-07-14", "end_kind": RELEASED, "ended": "2021-07-20"})
    assert status(one, "2021-07-13") == Status.NOT_YET
    assert status(one, "2021-07-14") == Status.HELD
    assert status(one, "2021-07-19") == Status.HELD
    assert status(one, "2021-07-20") == Status.RELEASED
    assert status(one, "2031-07-20") == Status.RELEASED


def test_who_was_detained_twice_is_one_person_free_in_between() -> None:
    one = person(
        {"began": "2020-01-01", "end_kind": RELEASED, "ended": "2020-02-01"},
        {"began": "2021-01-01", "end_kind": RELEASED, "ended": "2021-02-01"},
    )
    assert status(one, "2020-01-15") == Status.HELD
    assert status(one, "2020-06-01") == Status.RELEASED
    assert status(one, "2021-01-15") == Status.HELD
    assert status(one, "2021-06-01") == Status.RELEASED
    counted = Prisoner.objects.published().status(date(2021, 6, 1)).count_range(Status.RELEASED)
    assert counted == CountRange(1, 1)


def test_who_was_freed_and_arrested_again_on_one_day_was_held_on_it() -> None:
    one = person(
        {"began": "2021-01-01", "end_kind": RELEASED, "ended": "2021-02-01"},
        {"began": "2021-02-01", "last_confirmed": "2021-03-01"},
    )
    assert status(one, "2021-02-01") == Status.HELD
    assert possible(one, "2021-02-01") == {Status.HELD}


def test_a_month_makes_a_day_in_it_possible_and_the_day_after_it_certain() -> None:
    one = person({"began": "2021-07", "end_kind": RELEASED, "ended": "2025-12-13?"})
    assert status(one, "2021-06-30") == Status.NOT_YET
    assert status(one, "2021-07-15") == Status.UNKNOWN
    assert possible(one, "2021-07-15") == {Status.HELD}
    assert status(one, "2021-07-31") == Status.HELD
    assert status(one, "2025-12-12") == Status.HELD
    assert status(one, "2025-12-13") == Status.RELEASED


def test_an_open_detention_is_certain_only_if_it_was_confirmed() -> None:
    silent = person({"began": "2021-07-14"})
    confirmed = person({"began": "2021-07-14", "last_confirmed": "2022"})
    assert status(silent, "2021-07-14") == Status.UNKNOWN
    assert possible(silent, "2030-01-01") == {Status.HELD}
    assert status(confirmed, "2021-07-14") == Status.HELD
    assert status(confirmed, "2030-01-01") == Status.HELD


def test_a_confirmation_later_than_the_day_asked_for_says_that_it_went_on_until_then() -> None:
    one = person(
        {
            "began": "2021-07-14",
            "last_confirmed": "2022-03-01",
            "end_kind": RELEASED,
            "ended": "2022",
        }
    )
    assert status(one, "2022-02-28") == Status.HELD
    assert status(one, "2022-03-01") == Status.HELD
    assert status(one, "2022-03-02") == Status.UNKNOWN
    assert possible(one, "2022-03-02") == {Status.HELD, Status.RELEASED}
    assert possible(one, "2022-02-28") == {Status.HELD}


def test_a_confirmation_says_that_a_detention_of_unknown_beginning_had_begun() -> None:
    one = person({"last_confirmed": "2021-07-14"})
    assert status(one, "2021-07-13") == Status.UNKNOWN
    assert possible(one, "2021-07-13") == {Status.HELD}
    assert status(one, "2021-07-14") == Status.HELD


def test_an_unknown_beginning_leaves_every_day_before_the_end_possible() -> None:
    one = person({"end_kind": RELEASED, "ended": "2025-12-13"})
    assert status(one, "1990-01-01") == Status.UNKNOWN
    assert possible(one, "2025-12-12") == {Status.HELD}
    assert status(one, "2025-12-13") == Status.RELEASED


def test_an_end_of_unknown_date_is_certain_from_the_day_it_was_entered() -> None:
    one = person(
        {"began": "2021-01-01", "end_kind": RELEASED, "end_known_on": date(2022, 5, 1)},
    )
    assert status(one, "2020-12-31") == Status.NOT_YET
    assert status(one, "2021-06-01") == Status.UNKNOWN
    assert possible(one, "2021-06-01") == {Status.HELD, Status.RELEASED}
    assert status(one, "2022-04-30") == Status.UNKNOWN
    assert status(one, "2022-05-01") == Status.RELEASED


def test_an_end_with_no_latest_day_is_certain_from_the_day_it_was_entered() -> None:
    one = person(
        {
            "began": "2021-01-01",
            "end_kind": RELEASED,
            "ended": "2021-06-01/..",
            "end_known_on": date(2022, 5, 1),
        },
    )
    assert status(one, "2021-05-31") == Status.HELD
    assert possible(one, "2021-06-01") == {Status.HELD, Status.RELEASED}
    assert status(one, "2022-05-01") == Status.RELEASED


def test_who_died_in_custody_is_neither_held_nor_released_from_then_on() -> None:
    one = person({"began": "2021-01-01", "end_kind": DIED, "ended": "2021-06-01/2021-06-03"})
    assert status(one, "2021-05-31") == Status.HELD
    assert status(one, "2021-06-02") == Status.UNKNOWN
    assert possible(one, "2021-06-02") == {Status.HELD, Status.DIED}
    assert status(one, "2021-06-03") == Status.DIED
    assert possible(one, "2021-06-03") == {Status.DIED}


def test_who_was_freed_once_and_died_in_a_later_detention_was_not_free_around_the_death() -> None:
    one = person(
        {"began": "2020-01-01", "end_kind": RELEASED, "ended": "2020-02-01"},
        {"began": "2021-01-01", "end_kind": DIED, "ended": "2021-06-01/2021-06-03"},
    )
    assert status(one, "2020-06-01") == Status.RELEASED
    assert possible(one, "2021-06-02") == {Status.HELD, Status.DIED}


def test_who_is_certainly_held_on_a_day_has_not_possibly_died_before_it() -> None:
    one = person(
        {"began": "2020-01-01", "end_kind": DIED, "ended": "2020"},
        {"began": "2020-05-01", "end_kind": RELEASED, "ended": "2020-06-01"},
    )
    assert status(one, "2020-05-15") == Status.HELD
    assert possible(one, "2020-05-15") == {Status.HELD}


def returned(ended: str | None = "2021-02-01", **values: Any) -> Prisoner:
    one = person(
        {
            "began": "2021-01-01",
            "end_kind": RELEASED,
            "ended": ended,
            "end_known_on": date(2021, 2, 1),
        }
    )
    ReleaseOutcomeFactory.create(
        detention=one.detentions.get(),
        refused_to_leave=True,
        **{"returned_to_custody": True, "published": True, **values},
    )
    return one


def test_who_refused_to_leave_and_was_returned_is_possibly_held_until_that_is_entered() -> None:
    one = returned()
    assert status(one, "2021-01-31") == Status.HELD
    assert status(one, "2021-03-01") == Status.UNKNOWN
    assert possible(one, "2021-03-01") == {Status.HELD, Status.RELEASED}

    again = DetentionFactory.create(
        prisoner=one, began="2021-02-01", last_confirmed="2021-04-01", published=True
    )
    assert status(one, "2021-03-01") == Status.HELD
    again.end_kind, again.ended = RELEASED, "2021-05-01"
    again.save()
    assert status(one, "2021-04-30") == Status.HELD
    assert status(one, "2021-05-01") == Status.RELEASED


@pytest.mark.parametrize("began", ["2021-02-01", "2021-02-01/..", None])
@pytest.mark.parametrize("ended", ["2021-02-01", None, "../2021-02-01"])
def test_the_detention_entered_after_a_return_speaks_for_itself_however_dated(
    ended: str | None, began: str | None
) -> None:
    one = returned(ended)
    assert status(one, "2021-06-01") == Status.UNKNOWN
    DetentionFactory.create(
        prisoner=one, began=began, end_kind=RELEASED, ended="2021-05-01", published=True
    )
    assert status(one, "2021-06-01") == Status.RELEASED


def test_an_earlier_detention_is_not_the_one_that_follows_a_return() -> None:
    one = returned()
    DetentionFactory.create(
        prisoner=one, began="2019", end_kind=RELEASED, ended="2020", published=True
    )
    assert status(one, "2021-06-01") == Status.UNKNOWN


def test_nobody_is_returned_to_custody_before_they_were_ever_in_it() -> None:
    one = returned(None)
    assert status(one, "2020-12-31") == Status.NOT_YET


@pytest.mark.parametrize(
    "silent",
    [
        {"returned_to_custody": None},
        {"returned_to_custody": False},
        {"state": State.DRAFT, "published": False},
        {"disclosure": Disclosure.WITHHELD, "disclosure_reason": "Test reason"},
    ],
)
def test_a_return_that_is_not_said_in_public_does_not_speak(silent: dict[str, Any]) -> None:
    assert status(returned(**silent), "2021-03-01") == Status.RELEASED


def test_of_somebody_without_a_detention_nothing_is_known() -> None:
    one = person()
    assert status(one, "2021-01-01") == Status.UNKNOWN
    assert possible(one, "2021-01-01") == set()


@pytest.mark.parametrize(
    "hidden",
    [
        {"state": State.DRAFT, "published": False},
        {"state": State.IN_REVIEW, "published": False},
        {"state": State.WITHDRAWN, "published": False},
        {"disclosure": Disclosure.WITHHELD, "disclosure_reason": "Test reason"},
    ],
)
def test_a_detention_that_is_not_public_does_not_speak_in_public(hidden: dict[str, Any]) -> None:
    one = person({"began": "2021-01-01", "last_confirmed": "2021-06-01", **hidden})
    assert status(one, "2021-03-01") == Status.UNKNOWN
    assert possible(one, "2021-03-01") == set()
    whole = Prisoner.objects.status(date(2021, 3, 1)).get()
    assert whole.custody == Status.HELD


def test_withheld_people_and_detentions_are_counted_and_never_shown() -> None:
    held = {"began": "2021-01-01", "last_confirmed": "2021-06-01"}
    withheld = {"disclosure": Disclosure.WITHHELD, "disclosure_reason": "Test reason"}
    person(held)
    person({**held, **withheld})
    hidden = person(held)
    Prisoner.objects.filter(pk=hidden.pk).update(**withheld)
    person({**held, "state": State.DRAFT, "published": False})

    day = date(2021, 3, 1)
    assert Prisoner.objects.counted().status(day).count_range(Status.HELD) == CountRange(3, 3)
    published = Prisoner.objects.published().status(day)
    assert published.count_range(Status.HELD) == CountRange(1, 1)
    assert hidden not in published


def test_a_count_is_a_range_that_closes_when_both_ends_meet() -> None:
    person({"began": "2021-07", "last_confirmed": "2022"})
    person({"began": "2020", "last_confirmed": "2022"})
    day = date(2021, 7, 15)
    counted = Prisoner.objects.published().status(day).count_range(Status.HELD)
    assert counted == CountRange(1, 2)
    assert not counted.is_exact
    later = Prisoner.objects.published().status(date(2021, 8, 1)).count_range(Status.HELD)
    assert later == CountRange(2, 2)
    assert later.is_exact


def test_the_status_is_asked_for_once_in_a_query() -> None:
    with pytest.raises(ValueError, match="already asked for"):
        Prisoner.objects.status(date(2021, 1, 1)).status(date(2021, 1, 2))


# Everything, against a reference that goes through all possible days --------------------------

# Dates lie on days 0 to 5. Day -1 stands for all the days before them, and day 6 for all after.
DAYS = range(6)
BEFORE, AFTER, NEVER = -1, 6, 7
EVER = range(BEFORE, AFTER + 1)
EPOCH = date(2021, 1, 10)

Ends = tuple[int | None, int | None]


def day(number: int) -> date:
    return EPOCH + timedelta(number)


def text(ends: Ends | None) -> str | None:
    if ends is None:
        return None
    first, last = (".." if end is None else day(end).isoformat() for end in ends)
    return f"{first}/{last}"


def days(ends: Ends | None) -> list[int]:
    first, last = ends or (None, None)
    return [
        one for one in EVER if (first is None or first <= one) and (last is None or one <= last)
    ]


@dataclass(frozen=True)
class Held:
    """A detention of the reference: as entered, and in which scopes it speaks."""

    began: Ends | None
    ended: Ends | None
    kind: str
    known_on: int
    confirmed: Ends | None
    returned: bool
    scope: Scope

    @lru_cache(maxsize=4096)  # noqa: B019  # a few thousand, for as long as the tests run
    def worlds(self) -> list[tuple[int, int]]:
        """Return every pair of days that it may have begun and ended on."""
        ends = [*EVER, NEVER]
        if self.kind:
            last_known = self.ended is not None and self.ended[1] is not None
            # An end without a latest day is certain from the day on which it was entered.
            ends = [one for one in days(self.ended) if last_known or one <= self.known_on]
        elif self.confirmed:
            ends = [NEVER]
        pairs = [pair for pair in product(days(self.began), ends) if pair[0] <= pair[1]]
        if not self.confirmed:
            return pairs
        seen = days(self.confirmed)
        in_it = [(b, e) for b, e in pairs if any(b <= one < e for one in seen)]
        # Seen in the morning and freed before the night.
        return in_it or [(b, e) for b, e in pairs if any(b <= one <= e for one in seen)]

    def on(self, asked: int, still_away: bool) -> set[str]:
        """Return all that may have been so of it on a day."""
        found = set()
        for began, ended in self.worlds():
            if asked < began:
                found.add("before")
            elif asked < ended:
                found.add("in")
            elif not self.kind:
                found.add("ended, and nobody said so")
            else:
                found.add("dead" if self.kind == DIED else "out")
        if self.returned and not still_away and "out" in found:
            found.add("in")
        return found

    def may_follow(self, other: Held) -> bool:
        """Return whether it may have begun on the day that another one ended, or later."""
        first_end = (other.ended or (None, None))[0]
        if first_end is None:
            first_end = (other.began or (None, None))[0]
        return max(days(self.began)) >= (BEFORE if first_end is None else first_end)


def of_person(detentions: list[Held], asked: int) -> set[Status]:
    """Return all that may have been so of a person on a day; nothing where nothing is known."""
    each = []
    for one in detentions:
        entered_again = any(other.may_follow(one) for other in detentions if other is not one)
        each.append(one.on(asked, still_away=entered_again))
    together = list(product(*each)) if each else []
    # The dead are held nowhere; where the record says so all the same, they are dead.
    together = [one for one in together if not {"dead", "in"} <= set(one)] or together
    found = set()
    for states in together:
        if "dead" in states:
            found.add(Status.DIED)
        elif "in" in states:
            found.add(Status.HELD)
        elif "out" in states:
            found.add(Status.RELEASED)
        elif "ended, and nobody said so" in states:
            found.add(Status.UNKNOWN)
        else:
            found.add(Status.NOT_YET)
    return found


@st.composite
def ends_of_date(draw: st.DrawFn) -> Ends | None:
    form = draw(st.sampled_from(["day", "day", "between", "between", "from", "until", "unknown"]))
    one, other = sorted((draw(st.sampled_from(DAYS)), draw(st.sampled_from(DAYS))))
    forms: dict[str, Ends | None] = {
        "day": (one, one),
        "between": (one, other),
        "from": (one, None),
        "until": (None, other),
        "unknown": None,
    }
    return forms[form]


@st.composite
def held(draw: st.DrawFn) -> Held:
    kind = draw(st.sampled_from([RELEASED, RELEASED, "pardon", DIED, ""]))
    return Held(
        began=draw(ends_of_date()),
        ended=draw(ends_of_date()) if kind else None,
        kind=str(kind),
        known_on=draw(st.sampled_from(DAYS)),
        confirmed=draw(st.none() | ends_of_date()),
        returned=draw(st.sampled_from([False, False, True])),
        scope=draw(st.sampled_from([Scope.PUBLISHED] * 4 + [Scope.COUNTED, Scope.ALL])),
    )


def at_most_one_open(detentions: list[Held]) -> bool:
    return sum(not one.kind for one in detentions) <= 1


PEOPLE = st.lists(
    st.lists(held().filter(Held.worlds), max_size=3).filter(at_most_one_open),
    min_size=20,
    max_size=40,
)


def create(people: list[list[Held]]) -> list[int]:
    """Enter people into the record and return their numbers, in the order given."""
    release = ReleaseFactory.create(published=True)
    shown = {
        Scope.PUBLISHED: (State.PUBLISHED, Disclosure.PUBLIC, ""),
        Scope.COUNTED: (State.PUBLISHED, Disclosure.WITHHELD, "Test reason"),
        Scope.ALL: (State.DRAFT, Disclosure.PUBLIC, ""),
    }
    prisoners = Prisoner.objects.bulk_create(
        [
            Prisoner(slug=f"test-person-{number}", state=State.PUBLISHED)
            for number in range(len(people))
        ]
    )
    detentions, outcomes = [], []
    for prisoner, ones in zip(prisoners, people, strict=True):
        for one in ones:
            state, disclosure, reason = shown[one.scope]
            detention = Detention(
                prisoner=prisoner,
                country=COUNTRY,
                began=text(one.began),
                ended=text(one.ended),
                end_kind=one.kind,
                end_known_on=day(one.known_on) if one.kind else None,
                last_confirmed=text(one.confirmed),
                state=state,
                disclosure=disclosure,
                disclosure_reason=reason,
            )
            detentions.append(detention)
            if one.returned:
                outcomes.append(outcome_of(release, detention))
    Detention.objects.bulk_create(detentions)
    for outcome in outcomes:
        outcome.detention_id = outcome.detention.pk
    ReleaseOutcome.objects.bulk_create(outcomes)
    return [prisoner.pk for prisoner in prisoners]


def outcome_of(release: Release, detention: Detention) -> ReleaseOutcome:
    return ReleaseOutcome(
        release=release,
        detention=detention,
        returned_to_custody=True,
        state=State.PUBLISHED,
    )


SPEAKING = {
    Scope.ALL: {Scope.ALL, Scope.COUNTED, Scope.PUBLISHED},
    Scope.COUNTED: {Scope.COUNTED, Scope.PUBLISHED},
    Scope.PUBLISHED: {Scope.PUBLISHED},
}


def expected(people: list[list[Held]], scope: Scope, asked: int) -> Iterator[set[Status]]:
    for ones in people:
        speaking = [one for one in ones if one.scope in SPEAKING[scope]]
        yield of_person(speaking, asked)


def wrong(
    people: list[list[Held]], numbers: list[int], scope: Scope, asked: int
) -> Iterator[tuple[list[Held], str, set[Status], str, set[Status]]]:
    """Yield each person whose answers are others than all possible days give, with both."""
    found: PrisonerQuerySet = Prisoner.objects.within(scope).filter(pk__in=numbers)
    on = day(asked)
    custody = dict(found.status(on).values_list("pk", "custody"))
    may_be = {
        Status.HELD: set(found.held(on).values_list("pk", flat=True)),
        Status.RELEASED: set(found.released(on).values_list("pk", flat=True)),
        Status.DIED: set(found.died(on).values_list("pk", flat=True)),
    }
    for one, who in may_be.items():
        surely = {number for number in numbers if custody[number] == one}
        assert set(found.status(on).certainly(one).values_list("pk", flat=True)) == surely
        assert found.status(on).count_range(one) == CountRange(len(surely), len(who))
        assert surely <= who

    everything = zip(people, numbers, expected(people, scope, asked), strict=True)
    for ones, number, expectation in everything:
        status_found = custody[number]
        may_be_found = {one for one, who in may_be.items() if number in who}
        certain = next(iter(expectation)) if len(expectation) == 1 else Status.UNKNOWN
        possible_one = expectation & set(may_be)
        # A confirmation of uncertain date can tell which of two dates it was, by excluding the
        # other. The record leaves both possible then; it never calls certain what is not.
        if all(one.confirmed is None or one.confirmed[0] == one.confirmed[1] for one in ones):
            right = (status_found, may_be_found) == (certain, possible_one)
        else:
            right = status_found in (certain, Status.UNKNOWN) and may_be_found >= possible_one
        if not right:
            yield ones, status_found, may_be_found, certain, possible_one


@pytest.mark.parametrize("scope", Scope)
@settings(
    max_examples=5,
    # Each person is reported alone; what else was entered with them says nothing.
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(people=PEOPLE)
@example(people=[[]])
def test_what_was_so_of_anybody_on_any_day_is_what_all_possible_days_say(
    scope: Scope, people: list[list[Held]]
) -> None:
    with transaction.atomic():
        numbers = create(people)
        for asked in DAYS:
            assert list(wrong(people, numbers, scope, asked)) == []
        transaction.set_rollback(True)
