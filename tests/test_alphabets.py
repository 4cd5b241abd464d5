"""The order of names, the same on every database."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prisoners.alphabets import sort_key
from prisoners.models import PrisonerName
from tests.factories import PrisonerFactory, PrisonerNameFactory

BELARUSIAN = "абвгдеёжзійклмнопрстуўфхцчшыьэюя"
RUSSIAN = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"
UKRAINIAN = "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя"


@pytest.mark.parametrize("alphabet", [BELARUSIAN, RUSSIAN, UKRAINIAN])
def test_cyrillic_letters_are_in_the_order_of_each_language(alphabet: str) -> None:
    names = [f"Тэст {letter.upper()}а" for letter in alphabet]
    shuffled = random.Random(0).sample(names, len(names))  # noqa: S311  # nothing is kept secret
    assert sorted(shuffled, key=sort_key) == names


def test_names_are_sorted_by_the_family_name_which_is_the_last_word() -> None:
    assert sorted(
        ["Adam Ceetest", "Beetest", "Ann Marie Beetest", "Zed Adamtest"], key=sort_key
    ) == [
        "Zed Adamtest",
        "Beetest",
        "Ann Marie Beetest",
        "Adam Ceetest",
    ]


def test_a_name_can_say_how_it_is_filed() -> None:
    assert sort_key("Zedtest Adam", "Zedtest, Adam") == sort_key("Adam Zedtest")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Łatest", "Latest"),
        ("Éatest", "Eatest"),
        ("Øtest", "Otest"),
        ("Çtest", "Ctest"),
        ("O'Test", "OTest"),
        ("Test-Name", "TestName"),
        ("TEST", "test"),
        ("ТЭСТ", "тэст"),
        # Composed and decomposed
        ("Ўтэст", "Ўтэст"),
        ("Йтест", "Йтест"),
    ],
)
def test_case_marks_and_how_a_letter_is_encoded_make_no_difference(one: str, other: str) -> None:
    assert sort_key(one) == sort_key(other)


def test_latin_comes_before_cyrillic_and_cyrillic_before_georgian_and_chinese() -> None:
    assert sorted(["测试", "ტესტი", "Ятэст", "Атэст", "Ztest"], key=sort_key) == [
        "Ztest",
        "Атэст",
        "Ятэст",
        "ტესტი",
        "测试",
    ]


@pytest.mark.parametrize("text", ["", " ", "?!", "\u0301"])
def test_a_text_without_letters_has_a_key_all_the_same(text: str) -> None:
    assert sort_key(text).strip() == ""


@given(st.text(max_size=200))
def test_any_name_has_a_key_that_fits_its_column(text: str) -> None:
    column = PrisonerName._meta.get_field("sort_key")
    assert len(sort_key(text)) <= (column.max_length or 0)


@pytest.mark.django_db
def test_the_database_sorts_names_as_python_does() -> None:
    person = PrisonerFactory.create(name=None)
    texts = [f"Тэст {letter.upper()}" for letter in UKRAINIAN]
    texts += ["Test Éa", "Test Eb", "Test Z", "Тэст ЎА", "Тэст УБ", "Тэст Ля", "Ля Тэст"]
    for text in texts:
        PrisonerNameFactory.create(prisoner=person, text=text)
    by_key = list(person.names.order_by("sort_key").values_list("text", flat=True))
    assert by_key == sorted(texts, key=sort_key)


@pytest.mark.django_db
def test_the_key_follows_the_name_whenever_it_is_written() -> None:
    name = PrisonerNameFactory.create(text="Ann Zedtest")
    assert name.sort_key == sort_key("Ann Zedtest")
    name.filed_as = "Annovich"
    name.save(update_fields=["filed_as"])
    name.refresh_from_db()
    assert name.sort_key == sort_key("", "Annovich")
