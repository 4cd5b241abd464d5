"""Many rows inserted at once are the rows that one by one would be."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F, Value
from django.db.models.functions import Upper

from prisoners.models import (
    Detention,
    Import,
    ImportRow,
    NameKey,
    Prisoner,
    PrisonerName,
    inserting,
)
from tests.factories import PrisonerFactory

pytestmark = pytest.mark.django_db

APART = {"id", "public_id", "slug", "created_at", "updated_at", "prisoner_id"}


def stored(record: Any) -> dict[str, Any]:
    """Return what the database holds of a record, but for what is each one's own."""
    row = type(record)._default_manager.filter(pk=record.pk).values().get()
    return {name: value for name, value in row.items() if name not in APART}


def person(number: int, **values: Any) -> Prisoner:
    return Prisoner(slug=f"tester-{number}", **values)


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"birth": "1990", "death": "2020-08-09", "gender": "male"},
        {"birth": date(1990, 1, 2), "citizenships": ["BY", "PL"], "biography": "100 %s “of” it"},
        {"occupation": "tester", "occupation_group": "work", "special_risk": True},
        {"disclosure": "withheld", "disclosure_reason": "a test", "note": "Ўўў\n漢字"},
    ],
)
def test_many_are_stored_as_one_is(values: dict[str, Any]) -> None:
    alone = person(1, **values)
    alone.save()
    many = Prisoner.objects.bulk_create([person(2, **values), person(3, **values)])
    numbers = Prisoner.objects.insert_rows([{"slug": "a", **values}, {"slug": "b", **values}])
    many += Prisoner.objects.in_bulk(numbers).values()
    assert [stored(one) for one in many] == [stored(alone)] * 4
    assert [one.history.count() for one in many] == [1] * 4


def test_a_detention_is_stored_with_the_days_that_follow_from_its_dates() -> None:
    alone, *others = (PrisonerFactory.create() for _ in range(3))
    values = {"country": "BY", "began": "2020-08", "end_kind": "released", "ended": "2021~"}
    one = Detention(prisoner=alone, **values)
    one.save()
    many = Detention.objects.bulk_create([Detention(prisoner=others[0], **values)])
    numbers = Detention.objects.insert_rows([{"prisoner_id": others[1].pk, **values}])
    many += Detention.objects.filter(pk__in=numbers)
    assert [stored(other) for other in many] == [stored(one)] * 2
    assert stored(one)["end_known_on"] is not None


def test_rows_of_values_differ_in_what_they_say_and_the_rest_is_by_default() -> None:
    rows: list[dict[str, Any]] = [
        {"birth": "1990-01"},
        {"occupation": "tester", "citizenships": ["BY", "PL"]},
        {"gender": Prisoner.Gender.MALE},
    ]
    numbers = Prisoner.objects.insert_rows(
        [{"slug": f"other-{number}", **row} for number, row in enumerate(rows)]
    )
    one_by_one = [person(number, **row) for number, row in enumerate(rows)]
    for one in one_by_one:
        one.save()
    inserted = Prisoner.objects.in_bulk(numbers)
    assert [stored(inserted[number]) for number in numbers] == list(map(stored, one_by_one))
    assert len({one.public_id for one in inserted.values()}) == 3
    assert len({one.created_at for one in inserted.values()}) == 1


def test_rows_of_values_are_refused_where_something_would_be_lost() -> None:
    with pytest.raises(TypeError, match="nickname"):
        Prisoner.objects.insert_rows([{"slug": "a", "nickname": "b"}])
    with pytest.raises(ValueError, match="consent"):
        Prisoner.objects.insert_rows([{"slug": "a", "basis": "consent"}])
    with pytest.raises(ValidationError, match="date"):
        Prisoner.objects.insert_rows([{"slug": "a", "birth": "some day"}])
    assert Prisoner.objects.insert_rows([]) == []


def test_true_and_one_are_kept_apart_in_what_was_said() -> None:
    of = Import.objects.create(file_name="list.csv", digest="0", layout={}, headings=[])
    said: list[Any] = [{"a": True}, {"a": 1}, True, 1, "1", [], {}]
    ImportRow.objects.bulk_create(
        ImportRow(of=of, number=number, outcome="created", said=one)
        for number, one in enumerate(said)
    )
    read = list(ImportRow.objects.order_by("number").values_list("said", flat=True))
    assert [(type(one), one) for one in read] == [(type(one), one) for one in said]


def test_each_has_its_own_number_however_many_statements_it_takes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(inserting, "AT_ONCE", 100)
    monkeypatch.setattr(inserting, "TOGETHER", 3)
    made = Prisoner.objects.bulk_create([person(number) for number in range(7)])
    slugs = dict(Prisoner.objects.values_list("pk", "slug"))
    assert [slugs[one.pk] for one in made] == [f"tester-{number}" for number in range(7)]
    assert Prisoner.history.filter(history_type="+").count() == 7


def test_what_only_the_database_can_work_out_is_left_to_it() -> None:
    made = Prisoner.objects.bulk_create([person(1, occupation=Upper(Value("tester")))])
    assert stored(made[0])["occupation"] == "TESTER"
    with pytest.raises(ValueError, match="F\\(\\)"):
        Prisoner.objects.bulk_create([person(2, occupation=F("slug"))])


def test_no_number_is_given_a_second_time() -> None:
    first, second = Prisoner.objects.bulk_create([person(1), person(2)])
    gone = second.pk
    second.delete()
    (third,) = Prisoner.objects.bulk_create([person(3)])
    fourth = person(4)
    fourth.save()
    assert first.pk < gone < third.pk < fourth.pk


def test_what_is_inserted_is_as_it_would_be_read_again() -> None:
    (made,) = Prisoner.objects.bulk_create([person(1)])
    read = Prisoner.objects.get(pk=made.pk)
    names = [field.attname for field in Prisoner._meta.concrete_fields]
    assert {name: getattr(made, name) for name in names} == {
        name: getattr(read, name) for name in names
    }
    assert type(made.basis) is str


def test_a_rule_that_is_broken_lets_none_of_them_in() -> None:
    before = Prisoner.objects.count()
    with pytest.raises(IntegrityError), transaction.atomic():
        Prisoner.objects.bulk_create([person(1), person(2, birth="2000", death="1990")])
    assert Prisoner.objects.count() == before


def test_a_name_is_found_by_what_one_saved_by_itself_is_found_by() -> None:
    one, other = PrisonerFactory.create(name=None), PrisonerFactory.create(name=None)
    PrisonerName(prisoner=one, text="Вымыслаў Прыкладовіч", language="be").save()
    PrisonerName.objects.bulk_create(
        [PrisonerName(prisoner=other, text="Вымыслаў Прыкладовіч", language="be")]
    )
    third = PrisonerFactory.create(name=None)
    PrisonerName.objects.insert_rows(
        [{"prisoner_id": third.pk, "text": "Вымыслаў Прыкладовіч", "language": "be"}]
    )
    assert {stored(name)["sort_key"] for name in PrisonerName.objects.all()} == {
        PrisonerName.objects.filter(prisoner=one).get().sort_key
    }
    found = [
        list(
            NameKey.objects.filter(name__prisoner=person)
            .order_by("key", "detail")
            .values_list("is_public", "key", "detail")
        )
        for person in (one, other, third)
    ]
    assert found[0] == found[1] == found[2] != []
