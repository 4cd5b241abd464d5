"""Finding people by name on the list: what is typed, what is found, and who never is."""

from __future__ import annotations

from typing import Any

import pytest

from prisoners.models import NameKey, PrisonerName
from prisoners.names import keys
from prisoners.reading import search
from prisoners.reading.search import find
from tests.factories import PrisonerFactory, PrisonerNameFactory
from tests.reader import read

pytestmark = pytest.mark.django_db

# A poet and a novelist long dead, whose names every spelling of is known; nobody was held.
POET, NOVELIST = "Janka Kupala", "Vasil Bykau"


@pytest.fixture
def writers() -> None:
    for name in (POET, NOVELIST):
        PrisonerFactory.create(published=True, name__text=name)


def found(text: str) -> list[str]:
    return [match.spelling.text for match in find(text).matches]


@pytest.mark.parametrize(
    "typed",
    [
        "Janka Kupala", "Kupala Janka", "Янка Купала", "Купала", "Кўпала", "Купа", "Kup",
        "Yanka Kupala", "Kupaла", "Kupalla", "Купала Я.", "KUPALA", "  kupala  ", "Ку́пала",
    ],
)  # fmt: skip
def test_somebody_is_found_as_they_are_known(writers: None, typed: str) -> None:
    assert found(typed)[:1] == [POET], typed
    assert not find(typed).guessed


@pytest.mark.parametrize(
    "typed", ["Быков", "Bykov Vasily", "Васіль Быкаў", "Быкаў", "Bykow", "Byk"]
)
def test_russian_and_belarusian_forms_find_one_person(writers: None, typed: str) -> None:
    assert found(typed)[:1] == [NOVELIST], typed


def test_a_name_that_only_comes_close_is_offered_as_a_guess(writers: None) -> None:
    guess = find("Kupchala Jan")
    assert guess.guessed or [match.spelling.text for match in guess.matches][:1] == [POET]
    page = read("/prisoners/?q=Qwrtzp").main.text
    assert "Nobody is documented here under “Qwrtzp”, and no name is close." in page


@pytest.mark.parametrize("typed", ["", " ", "🙂", "\u200f", "-", "'; DROP TABLE", "%", "_" * 200])
def test_text_without_a_name_finds_nobody_and_breaks_nothing(writers: None, typed: str) -> None:
    assert found(typed) == []


@pytest.mark.parametrize(
    "hidden",
    [{"state": "draft"}, {"state": "withdrawn"}, {"disclosure": "withheld"}],
    ids=lambda values: "-".join(values.values()),
)
def test_who_is_not_public_is_never_found_nor_counted(hidden: dict[str, str]) -> None:
    reason = {"disclosure_reason": "Test reason."} if "disclosure" in hidden else {}
    values: dict[str, Any] = {"published": True, "name__text": POET, **hidden, **reason}
    PrisonerFactory.create(**values)
    assert found("Kupala") == []
    seen = PrisonerFactory.create(published=True, name__text=NOVELIST)
    PrisonerNameFactory.create(prisoner=seen, text=POET, **hidden, **reason)
    assert found("Kupala") == []


def test_the_spelling_that_matched_is_told_where_another_one_is_shown(writers: None) -> None:
    PrisonerNameFactory.create(
        published=True,
        prisoner=PrisonerName.objects.get(text=NOVELIST).prisoner,
        text="Тэставы Псеўданім",
        language="be",
        script="Cyrl",
        kind="alias",
    )
    page = read("/prisoners/?q=Псеўданім").main.text
    assert NOVELIST in page
    assert "Тэставы Псеўданім" in page


def test_more_names_than_are_compared_are_said_to_be_more(
    writers: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "CANDIDATES", 1)
    assert find("Kupala").cut
    assert "not all of them" in read("/prisoners/?q=Kupala").main.text


def stored() -> dict[str, set[str]]:
    return {
        name.text: set(name.keys.values_list("key", flat=True))
        for name in PrisonerName.objects.all()
    }


def test_keys_follow_a_name_however_it_is_written() -> None:
    person = PrisonerFactory.create(name__text=POET)
    PrisonerName.objects.bulk_create(
        [PrisonerName(prisoner=person, text=text, language="be") for text in ("Купала", "Быкаў")]
    )
    names = list(PrisonerName.objects.filter(language="be").order_by("pk"))
    assert stored() == {text: set(keys(text)) for text in (POET, "Купала", "Быкаў")}
    names[0].text = "Тэст Адзін"
    names[0].save()
    names[1].text = "Тэст Два"
    PrisonerName.objects.bulk_update(names[1:], ["text"])
    PrisonerName.objects.filter(text=POET).update(text="Test Three")
    assert stored() == {text: set(keys(text)) for text in ("Тэст Адзін", "Тэст Два", "Test Three")}
    person.delete()
    assert not NameKey.objects.exists()
