"""Queries that are made once: what they find is what the queryset finds that they are made from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from prisoners.models import Detention, NameKey, Placement, Prisoner, PrisonerName, looking
from prisoners.reading.prepared import ROOM, ROOM_OF_ROWS, found, give_parts, rows
from tests.factories import DetentionFactory, PlacementFactory, PrisonerFactory

pytestmark = pytest.mark.django_db


def detentions(people: Sequence[int]) -> QuerySet[Detention]:
    return Detention.objects.filter(prisoner__in=people).order_by("pk")


def placements(numbers: Sequence[int], people: Sequence[int]) -> QuerySet[Placement]:
    asked = Placement.objects.filter(detention__in=numbers, detention__prisoner__in=people)
    return asked.select_related("facility").order_by("pk")


def names(people: Sequence[int]) -> QuerySet[PrisonerName]:
    return PrisonerName.objects.filter(prisoner__in=people).order_by("pk").only("text")


def values(record: Any) -> dict[str, Any]:
    kept = {**record.__dict__}
    state = kept.pop("_state")
    return {**kept, "database": state.db, "adding": state.adding}


@pytest.fixture
def held() -> list[Detention]:
    return [
        DetentionFactory.create(began=began, ended=None, last_confirmed="2021-12-13?")
        for began in ("2021-07", "2020-08-09/2020-08-12", None)
    ]


def test_records_are_as_any_query_gives_them(held: list[Detention]) -> None:
    people = [one.prisoner_id for one in held]
    ours, theirs = found(detentions, people), list(detentions(people))
    assert ours == theirs
    assert [values(one) for one in ours] == [values(one) for one in theirs]
    assert [one.country for one in ours] == [one.country for one in theirs]
    assert ours[0].began == theirs[0].began
    assert ours[0].prisoner == theirs[0].prisoner


def test_one_query_is_asked_again_with_other_numbers(held: list[Detention]) -> None:
    for some in (held[:1], held[1:], held):
        with CaptureQueriesContext(connection) as queries:
            listed = found(detentions, [one.prisoner_id for one in some])
        assert len(queries) == 1
        assert listed == sorted(some, key=lambda one: one.pk)


def test_a_query_of_two_collections_keeps_them_apart(held: list[Detention]) -> None:
    stays = [PlacementFactory.create(detention=one) for one in held]
    people = [one.prisoner_id for one in held]
    assert found(placements, [held[0].pk], people) == stays[:1]
    assert found(placements, [held[0].pk, held[1].pk], people[1:]) == stays[1:2]
    assert found(placements, [held[0].pk], people[1:]) == []
    with CaptureQueriesContext(connection) as queries:
        assert found(placements, [held[2].pk], people)[0].facility == stays[2].facility
    assert len(queries) == 1


def test_numbers_may_be_of_any_size_and_are_one_value_on_postgresql(held: list[Detention]) -> None:
    people = [one.prisoner_id for one in held]
    given: list[int] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        given.append(len(params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        for more in ([], [1], [2**20], [2**40], [2**63 - 1]):
            assert found(detentions, [*people, *more]) == held
    assert given == [1 if connection.vendor == "postgresql" else ROOM[0]] * 5


@pytest.mark.parametrize("count", [1, ROOM[0], ROOM[0] + 1, ROOM[-1], ROOM[-1] + 1])
def test_there_is_room_for_any_number(count: int) -> None:
    people = [PrisonerFactory.create().pk for _number in range(3)]
    asked = [*people, *range(10_000_000, 10_000_000 + count)][:count]
    expected = list(names(asked))
    assert found(names, asked) == expected
    assert expected


def keys(written: Sequence[bytes], people: Sequence[int]) -> QuerySet[NameKey, Any]:
    asked = NameKey.objects.filter(key__in=written, name__prisoner__in=people)
    return asked.order_by("key", "name").values_list("key", "name__prisoner")


def shown(people: Sequence[int]) -> QuerySet[Prisoner, Any]:
    return Prisoner.objects.published().filter(pk__in=people).values_list("pk")


def test_rows_are_found_by_text_and_numbers_and_come_as_the_database_gives_them() -> None:
    written = ("Kupala", "Kupala", "Шагал")
    people = [PrisonerFactory.create(name__text=name).pk for name in written]
    words = [b"kupala", "šagal".encode()]
    everybody = [(words[0], people[0]), (words[0], people[1]), (words[1], people[2])]
    for some, of, expected in (
        (words, people, everybody),
        (words[:1], people, everybody[:2]),
        (words, people[1:], everybody[1:]),
        (words[1:], people[:2], []),
    ):
        with CaptureQueriesContext(connection) as queries:
            assert rows(keys, some, of) == expected
        assert len(queries) == 1


@pytest.mark.parametrize("count", [1, 2, ROOM_OF_ROWS[1] + 1, ROOM_OF_ROWS[-1] + 1])
def test_there_is_room_for_any_number_of_rows(count: int) -> None:
    people = [PrisonerFactory.create(published=True).pk for _number in range(3)]
    asked = [*people, *range(10_000_000, 10_000_000 + count)][:count]
    assert sorted(rows(shown, asked)) == [(one,) for one in asked if one in people]


def test_rows_of_drafts_that_somebody_looks_at_are_found_for_these_alone() -> None:
    draft = PrisonerFactory.create().pk
    assert rows(shown, [draft]) == []
    with looking.as_if_published({Prisoner: frozenset([draft])}):
        assert rows(shown, [draft]) == [(draft,)]
    assert rows(shown, [draft]) == []


def test_a_column_that_was_left_out_is_read_when_it_is_asked_for() -> None:
    person = PrisonerFactory.create()
    (one,) = found(names, [person.pk])
    assert one.get_deferred_fields() >= {"language", "script"}
    assert one.language == person.names.get().language


def test_what_would_be_lost_is_refused() -> None:
    def annotated(people: Sequence[int]) -> QuerySet[Prisoner]:
        return Prisoner.objects.filter(pk__in=people).extra(select={"one": "1"})

    with pytest.raises(ValueError, match="lost"):
        found(annotated, [1])


def test_parts_are_given_to_what_they_belong_to(held: list[Detention]) -> None:
    stays = [PlacementFactory.create(detention=one) for one in (held[0], held[0], held[2])]
    given = give_parts(held, "placements", Placement.objects.order_by("pk"))
    assert given == stays
    with CaptureQueriesContext(connection) as queries:
        assert [list(one.placements.all()) for one in held] == [stays[:2], [], stays[2:]]
        assert [list(one.loaded("placements")) for one in held] == [stays[:2], [], stays[2:]]
        assert given[0].detention is held[0]
    assert len(queries) == 0
