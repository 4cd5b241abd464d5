"""The interval field: a date and its possible days stay together, however they are written."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core import serializers
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.forms import modelform_factory

from prisoners import dates
from prisoners.models import Detention, Figure, Prisoner, PrisonerName
from prisoners.models.fields import IntervalFormField
from tests.factories import (
    DetentionFactory,
    FigureFactory,
    PrisonerFactory,
    PrisonerNameFactory,
    ReleaseFactory,
)

pytestmark = pytest.mark.django_db

JULY = (date(2021, 7, 1), date(2021, 7, 31))
AUGUST = (date(2021, 8, 1), date(2021, 8, 31))


def possible_days(figure: Figure) -> tuple[date | None, date | None]:
    """Read the two columns from the database, past the model's own idea of them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT as_of_first, as_of_last FROM prisoners_figure WHERE id = %s", [figure.pk]
        )
        first, last = cursor.fetchone()
    return tuple(  # type: ignore[return-value]  # two, as asked for
        date.fromisoformat(day) if isinstance(day, str) else day for day in (first, last)
    )


def test_setting_a_date_sets_its_possible_days_at_once() -> None:
    figure = Figure(as_of="2021-07")
    assert figure.as_of == dates.parse("2021-07")
    assert (figure.as_of_first, figure.as_of_last) == JULY
    setattr(figure, "as_of", date(2021, 8, 5))  # noqa: B010  # beyond the declared types
    assert str(figure.as_of) == "2021-08-05"
    assert (figure.as_of_first, figure.as_of_last) == (date(2021, 8, 5), date(2021, 8, 5))
    figure.as_of = None
    assert (figure.as_of_first, figure.as_of_last) == (None, None)
    figure.as_of = "  "
    assert figure.as_of is None


def test_save_writes_the_possible_days() -> None:
    figure = FigureFactory.create(as_of="2021-07")
    assert possible_days(figure) == JULY
    figure.as_of = "2021-08"
    figure.save()
    assert possible_days(figure) == AUGUST


def test_save_of_the_date_alone_writes_the_possible_days() -> None:
    figure = FigureFactory.create(as_of="2021-07")
    figure.as_of = "2021-08"
    figure.save(update_fields=["as_of"])
    assert possible_days(figure) == AUGUST
    assert Figure.objects.get().as_of == dates.parse("2021-08")


def test_save_of_another_field_alone_leaves_the_date() -> None:
    figure = FigureFactory.create(as_of="2021-07")
    figure.as_of = "2021-08"
    figure.save(update_fields=["value"])
    assert possible_days(figure) == JULY


def test_possible_days_set_by_hand_are_not_kept() -> None:
    figure = FigureFactory.create(as_of="2021-07")
    figure.as_of_first = date(1999, 1, 1)
    figure.save()
    assert possible_days(figure) == JULY


def test_bulk_create_writes_the_possible_days() -> None:
    figures = [FigureFactory.build(as_of=text) for text in ("2021-07", "2021-08", None)]
    Figure.objects.bulk_create(figures)
    assert [possible_days(one) for one in Figure.objects.order_by("pk")] == [
        JULY,
        AUGUST,
        (None, None),
    ]


def test_bulk_update_writes_the_possible_days() -> None:
    figures = FigureFactory.create_batch(2, as_of="2021-07")
    figures[0].as_of = "2021-08"
    figures[1].as_of = None
    Figure.objects.bulk_update((one for one in figures), ["as_of"])
    assert [possible_days(one) for one in figures] == [AUGUST, (None, None)]


@pytest.mark.parametrize("value", ["2021-08", date(2021, 8, 1), dates.parse("2021-08"), None])
def test_update_writes_the_possible_days(value: Any) -> None:
    figure = FigureFactory.create(as_of="2021-07")
    Figure.objects.update(as_of=value)
    expected = {str: AUGUST, date: (date(2021, 8, 1),) * 2, type(None): (None, None)}
    assert possible_days(figure) == expected.get(type(value), AUGUST)


def test_a_date_is_read_back_as_it_was_written() -> None:
    for text in ("2021-07", "2025-12-13?", "2019~", "../2021", "2020-08-09/2020-08-12"):
        figure = FigureFactory.create(as_of=text)
        assert Figure.objects.get(pk=figure.pk).as_of == dates.parse(text)


def test_a_date_that_was_deferred_is_read_when_asked_for_and_kept_by_save() -> None:
    FigureFactory.create(as_of="2021-07")
    figure = Figure.objects.defer("as_of", "as_of_first", "as_of_last").get()
    figure.value = 11
    figure.save()
    assert possible_days(figure) == JULY
    assert Figure.objects.defer("as_of").get().as_of == dates.parse("2021-07")
    assert Figure.objects.only("as_of").get().as_of_last == JULY[1]


def test_a_date_survives_serialisation() -> None:
    figure = FigureFactory.create(as_of="2021-07?")
    text = serializers.serialize("json", [figure])
    figure.delete()
    for restored in serializers.deserialize("json", text):
        restored.save()
    assert Figure.objects.get().as_of == dates.parse("2021-07?")
    assert possible_days(Figure.objects.get()) == JULY


def test_a_text_that_is_no_date_is_refused_by_full_clean_with_the_fields_name() -> None:
    figure = FigureFactory.build(as_of="2021-13")
    with pytest.raises(ValidationError) as refusal:
        figure.full_clean()
    assert list(refusal.value.message_dict) == ["as_of"]
    assert "“2021-13” cannot be read as a date" in refusal.value.message_dict["as_of"][0]


@pytest.mark.parametrize("update_fields", [None, ["as_of"]])
def test_a_text_that_is_no_date_is_refused_by_save_and_nothing_is_written(
    update_fields: list[str] | None,
) -> None:
    figure = FigureFactory.create(as_of="2021-07")
    figure.as_of = "hello"
    figure.value = 99
    refused = pytest.raises(ValidationError, match="“hello” cannot be read as a date")
    with refused, transaction.atomic():
        figure.save(update_fields=update_fields)
    assert possible_days(figure) == JULY
    assert Figure.objects.get().value == 10


def test_a_text_that_is_no_date_is_refused_by_the_writes_of_many() -> None:
    figure = FigureFactory.create(as_of="2021-07")
    with pytest.raises(ValidationError):
        Figure.objects.update(as_of="hello")
    figure.as_of = "hello"
    with pytest.raises(ValidationError):
        Figure.objects.bulk_update([figure], ["as_of"])
    with pytest.raises(ValidationError), transaction.atomic():
        Figure.objects.bulk_create([FigureFactory.build(as_of="hello")])
    assert possible_days(figure) == JULY
    assert Figure.objects.count() == 1


def test_a_bad_date_in_a_form_is_an_error_of_its_field_and_a_good_one_is_saved() -> None:
    figure = FigureFactory.create(as_of="2021-07")
    form_class = modelform_factory(Figure, fields=["as_of"])
    refused = form_class({"as_of": "2021/2020"}, instance=Figure.objects.get())
    assert not refused.is_valid()
    assert "its end comes before its beginning" in refused.errors["as_of"][0]
    assert 'value="2021/2020"' in str(refused["as_of"])

    form = form_class({"as_of": " 2021-08 "}, instance=Figure.objects.get())
    assert 'value="2021-07"' in str(form_class(instance=figure)["as_of"])
    assert form.changed_data == ["as_of"]
    form.save()
    assert possible_days(figure) == AUGUST


@pytest.mark.parametrize(
    ("initial", "data", "changed"),
    [
        ("2021-07", "2021-07", False),
        ("2021-07", " 2021-07 ", False),
        ("2021-07", "2021-07?", True),
        ("2021-07", "", True),
        ("", "", False),
    ],
)
def test_a_form_sees_whether_a_date_was_changed(initial: str, data: str, changed: bool) -> None:
    assert IntervalFormField().has_changed(dates.parse(initial), data) is changed


@pytest.mark.parametrize(
    ("columns", "constraint"),
    [
        ("as_of_first = '2021-08-02', as_of_last = '2021-08-01'", "first_not_after_last"),
        ("as_of = NULL", "with_its_days"),
        ("as_of_first = NULL, as_of_last = NULL", "with_its_days"),
    ],
)
def test_the_database_refuses_possible_days_out_of_step_behind_our_back(
    columns: str, constraint: str
) -> None:
    FigureFactory.create(as_of="2021-07")
    statement = f"UPDATE prisoners_figure SET {columns}"  # noqa: S608  # from the table above
    with (
        pytest.raises(IntegrityError, match=f"figure_as_of_{constraint}"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_the_longest_text_of_a_date_fits_its_column() -> None:
    longest = "[2021-01-01,2021-01-02,2021-01-03,2021-01-04,2021-01-05,2021-06]"
    assert len(longest) == dates.LONGEST_TEXT
    figure = FigureFactory.create(as_of=longest)
    assert str(Figure.objects.get(pk=figure.pk).as_of) == longest


# In the order of the first possible day, and of the last one.
BY_FIRST = ["../2021-06", "2020", "2020-01-01/..", "2021-07-14", "2021-07-14/2021-07-15", "2022"]
BY_LAST = ["2020-01-01/..", "2022", "2021-07-14/2021-07-15", "2021-07-14", "../2021-06", "2020"]


def test_by_date_puts_the_unknown_last_and_orders_as_python_does() -> None:
    for text in [None, *BY_FIRST[::-1], None]:
        ReleaseFactory.create(happened=text)
    found = [one.happened for one in ReleaseFactory._meta.model.objects.by_date("happened")]
    assert found == [*map(dates.parse, BY_FIRST), None, None]
    assert found == sorted(found, key=dates.sort_key)


def test_latest_first_puts_the_unknown_last_too() -> None:
    for text in [None, *BY_LAST[::-1], None]:
        ReleaseFactory.create(happened=text)
    found = [one.happened for one in ReleaseFactory._meta.model.objects.latest_first("happened")]
    assert found == [*map(dates.parse, BY_LAST), None, None]


# What else is derived when a record is written ----------------------------------------------


def test_the_day_an_end_was_entered_follows_it_however_it_is_written() -> None:
    detention = DetentionFactory.create()
    assert detention.end_known_on is None

    detention.end_kind = Detention.EndKind.PARDON
    detention.save(update_fields=["end_kind"])
    detention.refresh_from_db()
    entered: date | None = detention.end_known_on
    assert entered is not None

    detention.end_kind = ""
    Detention.objects.bulk_update([detention], ["end_kind"])
    detention.refresh_from_db()
    assert detention.end_known_on is None

    Detention.objects.update(end_kind=Detention.EndKind.PARDON)
    detention.refresh_from_db()
    assert detention.end_known_on == entered
    Detention.objects.update(end_kind="")
    detention.refresh_from_db()
    assert detention.end_known_on is None


def test_the_day_an_end_was_entered_stays_when_it_is_corrected() -> None:
    detention = DetentionFactory.create(
        end_kind=Detention.EndKind.PARDON, end_known_on=date(2022, 1, 1)
    )
    detention.end_kind = Detention.EndKind.AMNESTY
    detention.save()
    detention.refresh_from_db()
    assert detention.end_known_on == date(2022, 1, 1)
    Detention.objects.update(end_kind=Detention.EndKind.EXCHANGE)
    detention.refresh_from_db()
    assert detention.end_known_on == date(2022, 1, 1)


def test_the_key_that_a_name_is_sorted_by_follows_it_in_a_bulk_update() -> None:
    name = PrisonerNameFactory.create(text="Ann Zedtest")
    name.text = "Zed Anntest"
    PrisonerName.objects.bulk_update([name], ["text"])
    name.refresh_from_db()
    assert name.sort_key == "anntest0zed"


def test_every_person_has_a_public_id_of_their_own_that_says_nothing() -> None:
    people = PrisonerFactory.create_batch(20, name=None)
    ids = {one.public_id for one in people}
    assert len(ids) == 20
    assert all(len(one) == 8 and not set(one) & set("ilou") for one in ids)
    assert Prisoner.objects.get(public_id=people[0].public_id) == people[0]
