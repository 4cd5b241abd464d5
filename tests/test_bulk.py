"""The same change to many people: shown person by person, done together, undone together."""

from __future__ import annotations

import csv
import re
from datetime import date
from io import StringIO
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from prisoners.admin.operations import operation_page
from prisoners.desk import bulk, operations
from prisoners.models import (
    Assignment,
    Citation,
    Detention,
    Operation,
    Prisoner,
    ReleaseOutcome,
    Role,
    State,
)
from prisoners.models.accounts import RESTRICTED_FACTS
from prisoners.reading import desk_export
from tests.desk import account, at_desk, sign_in
from tests.factories import (
    DetentionFactory,
    PrisonerFactory,
    PrisonerNameFactory,
    ReleaseDestinationFactory,
    ReleaseFactory,
    ReleaseOutcomeFactory,
    SourceFactory,
    cite,
)
from tests.reader import read
from tests.test_admin import said

pytestmark = pytest.mark.django_db

LIST = "admin:prisoners_prisoner_changelist"


def held(name: str = "Test Vymysel", *, published: bool = False, **values: Any) -> Prisoner:
    """Make a person with an open detention since 2021."""
    person: Prisoner = PrisonerFactory.create(published=published, name__text=name)
    values = {"began": "2021", **values}
    detention = DetentionFactory.create(prisoner=person, state=person.state, **values)
    cite(person)
    cite(detention, "last_confirmed")
    return person


def releasing(**values: Any) -> bulk.ReleaseRecorded:
    made = {
        "release": ReleaseFactory.create(published=True, happened="2025-12-13"),
        "end_kind": "pardon",
        "destination": "",
        "cited": bulk.Cited(SourceFactory.create(published=True), "¶3"),
        **values,
    }
    return bulk.ReleaseRecorded(**made)


def do(change: bulk.Change, *people: Prisoner, by: Any = None) -> Operation:
    return bulk.do(change=change, people=[one.pk for one in people], by=by)


def lines(change: bulk.Change, *people: Prisoner) -> dict[str, str]:
    """Return what would be done, by name; refused lines begin with an exclamation mark."""
    made = bulk.plan(change=change, people=[one.pk for one in people], by=None)
    return {line.prisoner.name: f"{'!' if line.refused else ''}{line.words}" for line in made.lines}


def reason(change: bulk.Change, person: Prisoner) -> str:
    """Return why nothing would be done to somebody, and see to it that nothing is."""
    found = lines(change, person)[person.name]
    with pytest.raises(ValidationError, match="nobody to whom this can be done"):
        do(change, person)
    assert not Operation.objects.exists()
    return found.removeprefix("!") if found.startswith("!") else f"done: {found}"


def detention_of(person: Prisoner) -> Detention:
    latest: Detention = Detention.objects.filter(prisoner=person).latest("pk")
    return latest


# A release


def test_a_release_is_recorded_for_drafts_as_drafts() -> None:
    people = [held("Test Adzin"), held("Test Dva")]
    change = releasing(destination="AQ")
    assert set(lines(change, *people).values()) == {
        "the open detention ends: pardon, 13 December 2025; an outcome of the release"
    }
    do(change, *people)
    for person in people:
        detention = detention_of(person)
        assert (detention.end_kind, str(detention.ended)) == ("pardon", "2025-12-13")
        outcome = detention.outcomes.get()
        assert (outcome.destination.code, outcome.state) == ("AQ", State.DRAFT)
        made = {one.field for one in detention.citations.filter(source=change.cited.source)}
        assert made == {"end_kind", "ended"}
        citation = outcome.citations.get()
        assert (citation.source, citation.locator, citation.state) == (
            change.cited.source, "¶3", State.DRAFT,
        )  # fmt: skip


def test_of_public_people_it_is_public_at_once_with_its_source() -> None:
    person = held(published=True)
    change = releasing()
    do(change, person)
    page = read(person.get_absolute_url()).main.text
    assert change.release.title in page
    assert change.cited.source.title in page
    assert not Citation.objects.filter(source=change.cited.source, state=State.DRAFT).exists()


@pytest.mark.parametrize(
    ("detention", "why"),
    [
        ({"end_kind": "released"}, "has no open detention"),
        ({"began": "2025-12-14"}, "was arrested after the release"),
        ({"last_confirmed": "2025-12-20"}, "was confirmed as held after the release"),
    ],
)
def test_who_cannot_have_been_released_is_left_out_with_the_reason(
    detention: dict[str, Any], why: str
) -> None:
    assert reason(releasing(), held(**detention)) == why


def test_who_is_in_the_release_already_is_left_out() -> None:
    person = held()
    change = releasing()
    earlier = DetentionFactory.create(
        prisoner=person, began="2019", ended="2020", end_kind="pardon"
    )
    ReleaseOutcomeFactory.create(release=change.release, detention=earlier)
    assert reason(change, person) == "already has an outcome in this release"


def test_no_more_are_released_than_were_announced_or_went_to_a_country() -> None:
    people = [held("Test Adzin"), held("Test Dva"), held("Test Try")]
    release = ReleaseFactory.create(published=True, happened="2025-12-13", headcount=2)
    found = lines(releasing(release=release), *people).values()
    assert sum(one.startswith("!would be more people than were announced") for one in found) == 1
    ReleaseDestinationFactory.create(release=release, country="AQ", headcount=1)
    change = releasing(release=release, destination="AQ")
    found = lines(change, *people).values()
    assert sum(one == "!would be more people than went to this country" for one in found) == 2
    do(change, *people)
    assert release.outcomes.count() == 1


def test_what_is_public_needs_a_public_release_and_source() -> None:
    person = held(published=True)
    release = ReleaseFactory.create(happened="2025-12-13")
    assert reason(releasing(release=release), person) == "is public, and the release is not yet"
    cited = bulk.Cited(SourceFactory.create())
    assert reason(releasing(cited=cited), person) == "is public, and the source is not yet"
    Prisoner.objects.update(state=State.WITHDRAWN)
    assert reason(releasing(), person) == "is withdrawn"


@pytest.mark.parametrize("published", [False, True])
def test_a_release_is_undone_and_can_be_recorded_again(published: bool) -> None:
    person = held(published=published, last_confirmed="2024")
    change = releasing()
    operation = do(change, person)
    operations.undo(operation=operation, by=None, reason="x")
    detention = detention_of(person)
    assert (detention.end_kind, detention.ended, detention.end_known_on) == ("", None, None)
    assert not detention.outcomes.exclude(state=State.WITHDRAWN).exists()
    if published:
        assert change.release.title not in read(person.get_absolute_url()).main.text
    do(change, person)
    outcome = ReleaseOutcome.objects.get()
    assert outcome.state == (State.PUBLISHED if published else State.DRAFT)


def test_it_is_done_to_all_or_to_none(monkeypatch: pytest.MonkeyPatch) -> None:
    people = [held("Test Adzin"), held("Test Dva")]
    saved: list[Any] = []

    def save(record: Any) -> None:
        if isinstance(record, ReleaseOutcome) and saved:
            raise ValidationError("the second one")
        if isinstance(record, ReleaseOutcome):
            saved.append(record)
        record.save()

    monkeypatch.setattr(bulk, "_save", save)
    with pytest.raises(ValidationError, match="the second one"):
        do(releasing(), *people)
    assert not ReleaseOutcome.objects.exists()
    assert not Operation.objects.exists()
    assert not Detention.objects.exclude(end_kind="").exists()


# Still held


def confirming(day: str = "2025-05-06", **values: Any) -> bulk.StillHeld:
    source = values.pop("source", None) or SourceFactory.create(published=True)
    return bulk.StillHeld(date.fromisoformat(day), bulk.Cited(source))


def test_people_are_confirmed_as_held_with_the_source_of_it() -> None:
    first, again = held("Test Adzin"), held("Test Dva", last_confirmed="2024-01-02")
    change = confirming()
    assert lines(change, first, again) == {
        "Test Adzin": "confirmed as held on 6 May 2025",
        "Test Dva": "confirmed as held on 6 May 2025, before on 2 January 2024",
    }
    do(change, first, again)
    for person in (first, again):
        detention = detention_of(person)
        assert str(detention.last_confirmed) == "2025-05-06"
        assert detention.citations.filter(source=change.cited.source).count() == 1
    earlier = detention_of(again).citations.exclude(source=change.cited.source).get()
    assert (earlier.stance, earlier.value) == ("supports", "2 January 2024")


@pytest.mark.parametrize("known", ["2025-05-06", "2025-05-07", "2025-05", "2026"])
def test_a_confirmation_never_goes_backwards(known: str) -> None:
    person = held(last_confirmed=known)
    assert "already" in reason(confirming(), person)
    assert str(detention_of(person).last_confirmed) == known


def test_who_was_not_held_yet_or_any_more_is_left_out() -> None:
    assert reason(confirming(), held(began="2025-06")) == "was arrested after that day"
    assert reason(confirming(), held(end_kind="pardon")) == "has no open detention"
    assert reason(confirming(), PrisonerFactory.create()) == "has no open detention"


def test_of_public_people_a_confirmation_is_public_with_its_source() -> None:
    person = held(published=True)
    change = confirming()
    do(change, person)
    page = read(person.get_absolute_url()).main.text
    assert "6 May 2025" in page
    assert change.cited.source.title in page


def test_a_confirmation_is_undone() -> None:
    person = held(last_confirmed="2024-01-02")
    operation = do(confirming(), person)
    operations.undo(operation=operation, by=None, reason="x")
    detention = detention_of(person)
    assert str(detention.last_confirmed) == "2024-01-02"
    assert [one.value for one in detention.citations.all()] == [""]


# Assigning


def test_people_are_assigned_given_to_somebody_else_and_to_nobody() -> None:
    one, other = account(Role.RESEARCHER, name="one"), account(Role.RESEARCHER, name="other")
    people = [held("Test Adzin"), held("Test Dva")]
    do(bulk.Assigned(one), people[0])
    assert lines(bulk.Assigned(one), *people) == {
        "Test Adzin": "!stays as it is",
        "Test Dva": "assigned to one",
    }
    assert lines(bulk.Assigned(other), people[0]) == {
        "Test Adzin": "assigned to other, before to one"
    }
    moved = do(bulk.Assigned(other), *people)
    assert set(Assignment.objects.values_list("to__username", flat=True)) == {"other"}
    operations.undo(operation=moved, by=None, reason="x")
    assert Assignment.objects.get().to == one
    do(bulk.Assigned(None), *people)
    assert not Assignment.objects.exists()


def test_assigned_to_me_is_a_filter_of_the_list(client: Client) -> None:
    me = account(Role.RESEARCHER, name="me")
    sign_in(client, me)
    mine, theirs, free = held("Test Adzin"), held("Test Dva"), held("Test Try")
    do(bulk.Assigned(me), mine)
    do(bulk.Assigned(account(Role.EDITOR, name="other")), theirs)
    for chosen, expected in (("me", mine), ("others", theirs), ("nobody", free)):
        found = client.get(reverse(LIST), {"assigned": chosen}).context["cl"].result_list
        assert list(found) == [expected]


def test_work_is_given_to_those_who_may_do_it(client: Client) -> None:
    at_desk(client, Role.RESEARCHER)
    account(Role.VIEWER, name="viewer")
    account(Role.EDITOR, name="gone", is_active=False)
    account(Role.EDITOR, Role.VIEWER, name="both")
    page = chosen(client, "assign", held()).content.decode()
    assert re.findall(r"<option[^>]*>([^<]+)</option>", page) == ["nobody", "both", "tester"]


# At the desk


def chosen(client: Client, action: str, *people: Prisoner, **values: Any) -> Any:
    """Choose people in the list and an action on them."""
    numbers = [one.pk for one in people]
    sent = {"action": action, "_selected_action": numbers, **values}
    return client.post(reverse(LIST), sent)


def step(client: Client, verb: str, *people: Prisoner, **values: Any) -> Any:
    numbers = ",".join(str(one.pk) for one in people)
    return client.post(
        reverse("admin:prisoners_prisoner_bulk", args=[verb]), {"people": numbers, **values}
    )


def entries_of(change: bulk.ReleaseRecorded) -> dict[str, Any]:
    return {
        "release": change.release.pk,
        "end_kind": change.end_kind,
        "destination": change.destination,
        "source": change.cited.source.pk,
        "locator": "¶3",
    }


def test_a_release_is_chosen_shown_done_and_undone_at_the_desk(client: Client) -> None:
    at_desk(client, Role.EDITOR)
    people = [held("Test Adzin"), held("Test Dva", end_kind="released")]
    form = chosen(client, "record_release", *people)
    assert "2 people are chosen." in said(form)
    assert f'value="{people[0].pk},{people[1].pk}"' in form.content.decode()
    assert "This field is required." in said(step(client, "release", *people))
    values = entries_of(releasing())
    preview = step(client, "release", *people, **values)
    words = said(preview)
    assert "This will be done to 1 person." in words
    assert "Test Adzin the open detention ends: pardon, 13 December 2025" in words
    assert "Left out Person Why Test Dva has no open detention" in words
    assert not ReleaseOutcome.objects.exists()
    back = step(client, "release", *people, **values, _back="1")
    assert 'value="¶3"' in back.content.decode()
    seen = preview.context["seen"]
    sent = {**values, "seen": seen, "reason": "Announced.", "_do": "1"}
    done = step(client, "release", *people, **sent)
    operation = Operation.objects.get()
    assert done.url == operation_page(operation)
    assert "Announced." in said(client.get(done.url))
    row = detention_of(people[0]).history.filter(operation=operation).latest()
    assert row.history_change_reason == "Announced."
    assert "It is undone" in said(client.post(done.url, {"reason": "Denied."}, follow=True))
    assert not ReleaseOutcome.objects.exists()


def test_what_has_changed_since_the_preview_is_shown_again(client: Client) -> None:
    at_desk(client, Role.EDITOR)
    people = [held("Test Adzin"), held("Test Dva")]
    values = entries_of(releasing())
    seen = step(client, "release", *people, **values).context["seen"]
    Detention.objects.filter(prisoner=people[1]).update(end_kind="released")
    again = step(client, "release", *people, **values, seen=seen, _do="1")
    assert "Something has changed since you looked at it." in said(again)
    assert "This will be done to 1 person." in said(again)
    assert not Operation.objects.exists()
    without = step(client, "release", *people, **values, _do="1")
    assert without.status_code == 200
    assert not Operation.objects.exists()


def test_a_day_to_come_is_refused(client: Client) -> None:
    at_desk(client, Role.EDITOR)
    values = {"day": "2150-01-01", "source": SourceFactory.create().pk}
    assert "This day has not come yet." in said(step(client, "held", held(), **values))


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("verb", ["release", "held", "assign"])
def test_only_writers_change_many_at_once(client: Client, role: Role, verb: str) -> None:
    at_desk(client, role)
    person = held()
    action = {"release": "record_release", "held": "confirm_held", "assign": "assign"}[verb]
    writes = role is not Role.VIEWER
    values = {
        "release": entries_of(releasing()),
        "held": {"day": "2025-05-06", "source": SourceFactory.create().pk},
        "assign": {"to": account(Role.EDITOR, name="editor").pk},
    }[verb]
    assert (f'value="{action}"' in client.get(reverse(LIST)).content.decode()) == writes
    assert ("is chosen" in said(chosen(client, action, person))) == writes
    preview = step(client, verb, person, **values)
    assert preview.status_code == (200 if writes else 403)
    seen = preview.context["seen"] if writes else "-"
    done = step(client, verb, person, **values, seen=seen, _do="1")
    assert done.status_code == (302 if writes else 403)
    assert Operation.objects.exists() == writes


def test_too_many_and_nobody_are_refused(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    at_desk(client, Role.EDITOR)
    monkeypatch.setattr(bulk, "MOST", 1)
    people = [held("Test Adzin"), held("Test Dva")]
    response = client.post(
        reverse(LIST),
        {"action": "assign", "_selected_action": [one.pk for one in people]},
        follow=True,
    )
    assert "Choose at most 1 people at once." in said(response)
    assert "Choose at most 1 people at once." in said(step(client, "assign", *people))
    assert "Choose at least one person." in said(step(client, "assign", people="x,-1,99999999999"))
    with pytest.raises(ValidationError, match="at most 1"):
        do(bulk.Assigned(None), *people)


def test_no_other_change_is_known(client: Client) -> None:
    at_desk(client)
    assert step(client, "nonsense", held()).status_code == 404
    page = reverse("admin:prisoners_prisoner_bulk", args=["release"])
    assert client.get(page).status_code == 405


def test_a_preview_asks_as_many_questions_for_many_people_as_for_few(client: Client) -> None:
    at_desk(client)
    values = entries_of(releasing())
    people = [held(f"Test Vymysel {number}") for number in range(6)]

    def questions(*some: Prisoner) -> int:
        with CaptureQueriesContext(connection) as asked:
            assert step(client, "release", *some, **values).status_code == 200
        return len(asked)

    assert questions(*people[:2]) == questions(*people)


# Exporting


def export(client: Client, *people: Prisoner) -> list[list[str]]:
    response = chosen(client, "export_people", *people, _download="1")
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    text = b"".join(response.streaming_content).decode()
    assert text.startswith("\ufeff")
    return list(csv.reader(StringIO(text.removeprefix("\ufeff"))))


def test_what_is_chosen_is_exported_and_nothing_else(client: Client) -> None:
    at_desk(client, Role.EDITOR)
    person, other = held("Test Adzin", last_confirmed="2024"), held("Test Dva")
    PrisonerNameFactory.create(prisoner=person, text="Тэст Адзін")
    page = said(chosen(client, "export_people", person))
    assert "A table (CSV) of 1 person" in page
    assert "last_confirmed : last confirmed as held on" in page
    head, row = export(client, person)
    found = dict(zip(head, row, strict=True))
    assert (found["name"], found["other_names"]) == ("Test Adzin", "Тэст Адзін")
    assert (found["began"], found["last_confirmed"], found["state"]) == ("2021", "2024", "draft")
    assert len(export(client, person, other)) == 3


@pytest.mark.parametrize("role", list(Role))
def test_what_is_restricted_is_exported_for_those_who_may_read_it(
    client: Client, role: Role
) -> None:
    at_desk(client, role)
    person = held()
    Prisoner.objects.update(risk="zq secret", note="zq secret", disclosure_reason="zq secret")
    may = role is not Role.RESEARCHER
    head, row = export(client, person)
    assert ("zq secret" in row) == may
    assert bool(set(RESTRICTED_FACTS).intersection(head)) == may
    assert ("facts that are restricted" in said(chosen(client, "export_people", person))) == may


def test_every_restricted_fact_that_is_exported_is_marked_so() -> None:
    names = {one.name for one in desk_export.COLUMNS if one.restricted}
    assert names == {one.name for one in desk_export.COLUMNS}.intersection(RESTRICTED_FACTS)


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "=1", "@x"]
)  # fmt: skip
def test_no_cell_is_a_formula(client: Client, text: str) -> None:
    at_desk(client)
    person = held()
    Prisoner.objects.update(occupation=text)
    head, row = export(client, person)
    assert row[head.index("occupation")] == f"'{text}"


def test_an_export_asks_as_many_questions_for_many_people_as_for_few(client: Client) -> None:
    at_desk(client)
    people = [held(f"Test Vymysel {number}") for number in range(6)]

    def questions(*some: Prisoner) -> int:
        with CaptureQueriesContext(connection) as asked:
            export(client, *some)
        return len(asked)

    assert questions(*people[:2]) == questions(*people)


def test_nobody_without_a_role_exports(client: Client) -> None:
    sign_in(client, account())
    assert chosen(client, "export_people", held(), _download="1").status_code == 403
