"""Finding people by name on the list: what is typed, what is found, and who never is."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from prisoners.desk import workflow
from prisoners.desk.name_index import differences, is_empty
from prisoners.models import NameKey, Prisoner, PrisonerName
from prisoners.reading import search
from prisoners.reading.search import find, find_any
from tests.factories import CitationFactory, PrisonerFactory, PrisonerNameFactory
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
    monkeypatch.setattr(search, "BEGINNING", 1)
    assert find("Kupala").cut
    assert "not all of them" in read("/prisoners/?q=Kupala").main.text


def test_no_more_people_are_named_than_a_list_can_hold(
    writers: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    PrisonerFactory.create(published=True, name__text="Kupala Test")
    assert len(find("Kupala").prisoners) == 2
    monkeypatch.setattr(search, "PEOPLE", 1)
    assert len(find("Kupala").prisoners) == 1
    assert find("Kupala").cut


@pytest.mark.parametrize(
    "typed",
    [
        "Janka Kupalla", "Yanka Kubala", "Kupala Yanak", "Купаал Янка", "Янка Пупала",
        "Upala Yanka", "Kupala Test", "kupla", "Cupalla",
    ],
)  # fmt: skip
def test_somebody_is_found_under_a_name_misspelt_or_partly_remembered(
    writers: None, typed: str
) -> None:
    assert found(typed)[:1] == [POET], typed


@pytest.mark.parametrize(
    ("own", "typed"),
    [
        ("Νίκος Καζαντζάκης", "Kazantzakis Nikos"),
        ("ნიკოლოზ ბარათაშვილი", "Николоз Бараташвили"),
        ("محمود درویش", "Mahmud Darvish"),
        ("김소월", "Kim So-wol"),
        ("鲁迅", "Lu Xun"),
        ("רחל בלובשטיין", "Rachel Bluvshtein"),
        ("Եղիշե Չարենց", "Yeghishe Charents"),
        ("रवीन्द्रनाथ ठाकुर", "Ravindranath Thakur"),
    ],
)
def test_a_name_is_found_in_another_script_than_its_own(
    writers: None, own: str, typed: str
) -> None:
    PrisonerFactory.create(published=True, name__text=own)
    assert found(typed)[:1] == [own], find(typed)
    assert found(own)[:1] == [own]


@pytest.mark.parametrize(
    "typed",
    [
        "კუპალა", "Կուպալա", "Κουπάλα", "קופאלה", "كوبالا", "कुपाला", "クパーラ", "쿠팔라", "库帕拉",
    ],
)  # fmt: skip
def test_nobody_leaves_with_nothing_because_of_a_script(writers: None, typed: str) -> None:
    assert found(typed)[:1] == [POET], find(typed)
    assert "Kupala" in read(f"/prisoners/?q={typed}").main.text


def test_the_person_whose_name_was_typed_letter_for_letter_comes_first() -> None:
    for name in ("Vasil Bykov", "Vasil Bykau", "Vasil Bykoff", "Wassil Bykow"):
        PrisonerFactory.create(published=True, name__text=name)
    for name in ("Vasil Bykov", "Vasil Bykau", "Wassil Bykow"):
        assert found(name)[0] == name
        assert len(found(name)) == 4


def queries(text: str) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        find(text)
    return [query["sql"] for query in captured.captured_queries]


@pytest.mark.parametrize("typed", ["Kupala", "Kup", "Janka Kupala", "Janka Kubalo", "Тэст"])
def test_a_search_asks_and_reads_the_same_whether_or_not_somebody_is_hidden(typed: str) -> None:
    PrisonerFactory.create(published=True, name__text=POET)
    asked, answer = queries(typed), find(typed)
    for hidden in ({"state": "draft"}, {"state": "in_review"}, {"state": "withdrawn"}):
        PrisonerFactory.create(**{"published": True, "name__text": POET, **hidden})
    withheld = {"disclosure": "withheld", "disclosure_reason": "Test reason."}
    for name in (POET, "Janka Kubala", "Тэст"):
        PrisonerFactory.create(**withheld, published=True, name__text=name)
    shown = PrisonerFactory.create(published=True, name__text=NOVELIST)
    PrisonerNameFactory.create(prisoner=shown, text=POET, state="draft")
    assert queries(typed) == asked
    assert find(typed) == answer


def test_the_desk_finds_everybody() -> None:
    for state in ("draft", "in_review", "published", "withdrawn"):
        PrisonerFactory.create(published=True, state=state, name__text=POET)
    withheld = {"disclosure": "withheld", "disclosure_reason": "Test reason."}
    PrisonerFactory.create(**withheld, published=True, name__text=POET)
    assert len(find_any("Купала Янка").prisoners) == 5
    assert len(find("Купала Янка").prisoners) == 1


def test_what_is_hidden_does_not_crowd_out_what_is_public(monkeypatch: pytest.MonkeyPatch) -> None:
    for limit in ("BEGINNING", "SOUNDING", "NEAR", "COMPARED"):
        monkeypatch.setattr(search, limit, 1)
    for _draft in range(3):
        PrisonerFactory.create(name__text=POET)
    PrisonerFactory.create(published=True, name__text=POET)
    assert found("Kupala") == [POET]


# The index


def is_right() -> bool:
    return not list(differences(lambda _done: None))


def public() -> set[str]:
    names = NameKey.objects.filter(is_public=True).values_list("name__text", flat=True)
    return set(names)


def test_the_index_follows_a_name_however_it_is_written() -> None:
    person = PrisonerFactory.create(name__text=POET)
    PrisonerName.objects.bulk_create(
        [PrisonerName(prisoner=person, text=text, language="be") for text in ("Купала", "Быкаў")]
    )
    names = list(PrisonerName.objects.filter(language="be").order_by("pk"))
    assert is_right()
    names[0].text = "Тэст Адзін"
    names[0].save()
    assert is_right()
    names[1].text = "Тэст Два"
    PrisonerName.objects.bulk_update(names[1:], ["text"])
    assert is_right()
    PrisonerName.objects.filter(text=POET).update(text="Test Three")
    assert is_right()
    assert {name.text for name in PrisonerName.objects.all()} == {
        "Test Three", "Тэст Адзін", "Тэст Два"
    }  # fmt: skip
    names[0].delete()
    assert is_right()
    person.delete()
    assert not NameKey.objects.exists()


def test_the_index_follows_what_is_public_however_that_changes() -> None:
    person = PrisonerFactory.create(name__text=POET)
    other = PrisonerFactory.create(published=True, name__text=NOVELIST)
    name = person.names.get()
    assert public() == {NOVELIST}
    CitationFactory.create(prisoner=person, source__published=True)
    workflow.publish(record=person)
    assert public() == {POET, NOVELIST}
    name.refresh_from_db()
    for change in (
        lambda: Prisoner.objects.filter(pk=person.pk).update(state="withdrawn"),
        lambda: PrisonerName.objects.filter(pk=name.pk).update(state="draft"),
        lambda: workflow.withdraw(record=person, reason="Test reason"),
        lambda: _save(person, disclosure="withheld", disclosure_reason="Test reason."),
        lambda: _save(name, disclosure="withheld", disclosure_reason="Test reason."),
        lambda: Prisoner.objects.bulk_update([_set(person, state="draft")], ["state"]),
        lambda: PrisonerName.objects.bulk_update([_set(name, state="draft")], ["state"]),
        lambda: PrisonerName.objects.filter(pk=name.pk).update(prisoner=_draft(), is_display=False),
    ):
        change()
        assert public() == {NOVELIST}
        assert is_right()
        shown = {"state": "published", "disclosure": "public", "disclosure_reason": ""}
        _save(person, **shown)
        _save(name, **shown, prisoner=person)
        assert public() == {POET, NOVELIST}
        assert is_right()
    other.delete()
    assert public() == {POET}


def _set(record: Any, **values: object) -> Any:
    for field, value in values.items():
        setattr(record, field, value)
    return record


def _save(record: Any, **values: object) -> None:
    _set(record, **values).save()


def _draft() -> Prisoner:
    draft: Prisoner = PrisonerFactory.create(name__text="Test Draft")
    return draft


def test_the_check_names_what_the_index_lacks_and_rebuilding_mends_it(
    writers: None, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("rebuild_name_index", "--check")
    NameKey.objects.filter(name__text=POET).delete()
    NameKey.objects.filter(name__text=NOVELIST).update(is_public=False)
    with pytest.raises(CommandError) as refused:
        call_command("rebuild_name_index", "--check")
    assert POET in str(refused.value)
    assert NOVELIST in str(refused.value)
    assert refused.value.returncode == 1
    call_command("rebuild_name_index")
    call_command("rebuild_name_index", "--check")
    assert "2 of 2 spellings" in capsys.readouterr().err
    assert found("Kupala") == [POET]


def test_an_index_that_was_never_made_is_missed(writers: None) -> None:
    assert not is_empty()
    NameKey.objects.all().delete()
    assert is_empty()
    PrisonerName.objects.all().delete()
    assert not is_empty()


def test_an_entry_too_many_is_named_too(writers: None) -> None:
    poet = PrisonerName.objects.get(text=POET)
    NameKey.objects.create(name=poet, is_public=True, key="test", detail="test")
    with pytest.raises(CommandError, match="0 missing, 1 wrong"):
        call_command("rebuild_name_index", "--check")


@pytest.mark.parametrize("typed", ["Kup", "Janka Kupala", "Janka Kubalo"])
def test_a_search_reads_the_index_and_never_a_whole_table(typed: str) -> None:
    person = PrisonerFactory.create(published=True, name__text=POET)
    # Enough that reading it all would be dearer than the index, as it is in service.
    NameKey.objects.bulk_create(
        NameKey(name=person.names.get(), is_public=True, key=f"KP L{n}", detail=f"test {n}")
        for n in range(6000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        for sql in queries(typed):
            if connection.vendor == "sqlite":
                cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
                plan = " ".join(str(row[3]) for row in cursor.fetchall())
            else:
                cursor.execute(f"EXPLAIN {sql}")
                plan = " ".join(str(row[0]) for row in cursor.fetchall())
            assert "SCAN prisoners_namekey" not in plan, plan
            assert "Seq Scan on prisoners_namekey" not in plan, plan
            assert "TEMP B-TREE" not in plan, plan
