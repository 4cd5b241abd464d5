"""Whatever changes the record leaves it and its history saying the same; one command does not."""

from __future__ import annotations

import ast
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import pytest
from django.conf import settings
from django.core.management import call_command

from prisoners import dates, desk
from prisoners.desk import (
    bulk,
    disclosure,
    dossiers,
    entering,
    merging,
    operations,
    protecting,
    putting_back,
    revisions,
    workflow,
)
from prisoners.desk.importing import running
from prisoners.models import (
    How,
    Prisoner,
    Revision,
    Role,
    Source,
    State,
    kind_of,
    recorded,
    unrecorded,
)
from prisoners.models.recording import NO_FACT, recorded_models
from tests.desk import account
from tests.factories import PrisonerFactory, SourceFactory, cite
from tests.lists import viasna_row
from tests.reviewing import give_sources
from tests.test_bulk import confirming, held, releasing
from tests.test_importing import brought, previewed

pytestmark = pytest.mark.django_db

ROOT: Final = Path(settings.BASE_DIR) / "prisoners"
# Where something is written past the history, and why that loses nothing.
UNRECORDED: Final = {
    "models/history.py": "where it is made",
    "models/recording.py": "what is set aside, and comes back in the same transaction",
    "desk/dossiers.py": "the headcount of a release, set aside while its parts are loaded",
    "desk/putting_back.py": "a record made again: written down when it has its first day back",
    "desk/synthetic.py": "people who do not exist",
}
# Where rows are written by SQL of our own.
BY_SQL: Final = {
    "models/changes.py": "the log of changes",
    "models/inserting.py": "what bulk_create was asked to insert",
    "models/recording.py": "the history",
    "desk/operations.py": "undoing: written down by keep_changes",
    "desk/synthetic.py": "people who do not exist",
}


def sources() -> Iterator[tuple[str, str]]:
    for path in sorted(ROOT.rglob("*.py")):
        if "migrations" not in path.parts:
            yield str(path.relative_to(ROOT)), path.read_text()


def names_called(text: str) -> set[str]:
    called = [one.func for one in ast.walk(ast.parse(text)) if isinstance(one, ast.Call)]
    return {one.id for one in called if isinstance(one, ast.Name)} | {
        one.attr for one in called if isinstance(one, ast.Attribute)
    }


def test_nothing_else_is_written_past_the_history() -> None:
    found = {name for name, text in sources() if "unrecorded" in names_called(text)}
    assert found | {"models/history.py"} == set(UNRECORDED)


def test_nothing_else_writes_by_sql_or_by_ways_of_django_that_are_not_recorded() -> None:
    # Words with a table after them: "update the record" is no SQL.
    by_sql = {
        name
        for name, text in sources()
        if any(f"{verb} {{" in text for verb in ("INSERT INTO", "UPDATE", "DELETE FROM"))
    }
    assert by_sql == set(BY_SQL)
    # The entries of the index of names are no fact; all else is inserted by ``bulk_create``.
    inserting = {name for name, text in sources() if "inserting import insert\n" in text}
    assert inserting == {"models/people.py"}
    ways = {"_raw_delete", "save_base", "_update", "_insert"}
    found = {name for name, text in sources() if ways & names_called(text)}
    assert found == {"models/recording.py"}


# Where a record is put to a state otherwise than by a step of ``workflow``, and why.
STATES: Final = {
    "desk/workflow.py": "the steps",
    "desk/operations.py": "undoing: its steps are noted",
    "desk/putting_back.py": "a record made again: its step is noted",
    "desk/synthetic.py": "people who do not exist",
}
WRITING: Final = {"create", "update", "get_or_create", "update_or_create", "set_aside"}


def writes_states(text: str) -> bool:
    kinds = {model.__name__ for model in recorded_models()}
    for one in ast.walk(ast.parse(text)):
        targets = one.targets if isinstance(one, ast.Assign) else []
        flat = [part for target in targets for part in ast.walk(target)]
        if any(isinstance(part, ast.Attribute) and part.attr == "state" for part in flat):
            return True
        if isinstance(one, ast.Call) and any(word.arg == "state" for word in one.keywords):
            name = getattr(one.func, "attr", getattr(one.func, "id", ""))
            if name in WRITING | kinds:
                return True
    return False


def test_nothing_else_puts_a_record_to_another_state() -> None:
    assert {name for name, text in sources() if writes_states(text)} == set(STATES)


def untold() -> list[str]:
    """Return each record of which the last row of history says something else than it does."""
    found = []
    for model in recorded_models():
        names = [one.attname for one in model._meta.concrete_fields if one.name != NO_FACT]
        last: dict[int, Any] = {}
        for row in model.history.order_by("history_id"):
            last[row.id] = row
        there = model._default_manager.in_bulk()
        for number, record in there.items():
            row = last.pop(number, None)
            now = {name: record.__dict__[name] for name in names}
            if row is None or row.history_type == "-":
                found.append(f"{record} has no history")
            elif any(_text(row, name) != _text(record, name) for name in now):
                found.append(f"{record} is not as its history says")
        gone = [row for row in last.values() if row.history_type != "-"]
        found += [f"{row} is gone, and its history does not say so" for row in gone]
    return found


def _text(record: Any, name: str) -> Any:
    value = getattr(record, name)
    return getattr(value, "name", value) if name == "portrait" else value


# The verbs

Verb = Callable[[Any], None]


def person() -> Prisoner:
    made: Prisoner = PrisonerFactory.create(name__text="Test Person")
    cite(made, source=SourceFactory.create(published=True))
    return made


def publish(by: Any) -> None:
    workflow.publish(record=person(), by=by)


def submit_and_send_back(by: Any) -> None:
    record = person()
    workflow.submit(record=record, by=by)
    workflow.send_back(record=record, by=by, reason="x")


def withdraw_and_take_up(by: Any) -> None:
    record = person()
    workflow.publish(record=record)
    workflow.withdraw(record=record, by=by, reason="x")
    workflow.take_up(record=record, by=by)


def settle_sources(by: Any) -> None:
    """Change a public fact at once, publish another source of it, and take the fact away."""
    record = person()
    record.occupation = "Printer"
    record.save()
    workflow.publish(record=record)
    cite(record, "occupation", SourceFactory.create(published=True))
    record.occupation = "Baker"
    record.save()
    workflow.publish(record=cite(record, "occupation", state=State.DRAFT), by=by)
    record.occupation = ""
    record.save()
    workflow.settle_taken_away(record=record, names=["occupation"], by=by)


def propose(by: Any) -> Revision:
    record = person()
    workflow.publish(record=record)
    changes: Any = {(kind_of(record), record.pk): {"occupation": ["", "Printer"]}}
    return revisions.propose(record=record, changes=changes, by=by)


def propose_and_accept(by: Any) -> None:
    proposed = propose(account(Role.EDITOR, name="other"))
    revisions.accept(revision=give_sources(proposed), by=by)


def propose_and_refuse(by: Any) -> None:
    revisions.refuse(revision=propose(by), by=by, reason="x")


def propose_and_take_back(by: Any) -> None:
    revisions.take_back(revision=propose(by), by=by)


def change_many_and_undo(by: Any) -> None:
    people = [held("Test Adzin", published=True), held("Test Dva")]
    for change in (confirming(), releasing(), bulk.Assigned(by)):
        done = bulk.do(change=change, people=[one.pk for one in people], by=by)
        assert untold() == []
        operations.undo(operation=done, by=by, reason="x")
        assert untold() == []
        bulk.do(change=change, people=[one.pk for one in people], by=by)


def accept_what_was_proposed_of_many(by: Any) -> None:
    people = [held("Test Adzin", published=True), held("Test Dva", published=True)]
    other = account(Role.EDITOR, name="other")
    done = bulk.do(change=releasing(), people=[one.pk for one in people], by=other)
    _accepted, refused = revisions.accept_all(operation=done, by=by)
    assert refused == []


def merge_and_undo(by: Any) -> None:
    kept, merged = person(), person()
    done = merging.merge(kept=kept, merged=merged, choices={}, by=by, reason="x")
    assert untold() == []
    merging.undo(operation=done, by=by, reason="x")


def propose_a_merge_and_accept(by: Any) -> None:
    kept, merged = (PrisonerFactory.create(published=True) for _ in range(2))
    for one in (kept, merged):
        cite(one)
    values: dict[str, Any] = {"kept": kept, "merged": merged, "choices": {}, "reason": "x"}
    if not workflow.needs_second(by):
        merging.merge(by=by, **values)
        return
    for decide in (merging.refuse, merging.take_back):
        decide(proposal=merging.propose(by=by, **values), by=by, reason="x")
        assert untold() == []
    other = account(Role.EDITOR, name="other")
    done = merging.accept(proposal=merging.propose(by=other, **values), by=by)
    assert untold() == []
    merging.undo(operation=done, by=by, reason="x")


def import_and_undo(by: Any) -> None:
    one = previewed([viasna_row(1)], by=by)
    running.run(one=one, by=by)
    assert untold() == []
    running.undo(one=one, by=by, reason="x")


def put_back(by: Any) -> None:
    source = SourceFactory.create()
    source.title = "Test other"
    source.save()
    row = Source.history.filter(id=source.pk).earliest("history_id")
    putting_back.put_back(row=row, fields=["title"], by=by, reason="x")
    source.delete()
    assert untold() == []
    putting_back.put_back(row=row, fields=[], by=by, reason="x")


def hold_back_and_lift(by: Any) -> None:
    del by
    record = person()
    record.occupation = "Printer"
    record.save()
    rule = disclosure.hold_back(record=record, field="occupation", how=How.WITHHELD, reason="x")
    assert untold() == []
    disclosure.lift(rule=rule)


def show_as_initials(by: Any) -> None:
    del by
    record = person()
    disclosure.show_as(person=record, identity=Prisoner.Identity.INITIALS, reason="x")
    disclosure.forget_address(person=record)


def protect_a_child(by: Any) -> None:
    del by
    record = PrisonerFactory.create(birth="2015")
    protecting.protect(person=record, today=date(2026, 1, 1))


def import_a_file(by: Any) -> None:
    del by
    brought([viasna_row(1)])


def load_a_dossier(by: Any) -> None:
    del by
    dossiers.load(path=Path(__file__).parent / "browser" / "made_up.toml")


def enter_and_undo(by: Any) -> None:
    known = PrisonerFactory.create(name__text="Test Known").names.get()
    operation = entering.enter_people(
        source=SourceFactory.create(),
        country="AQ",
        people=[
            entering.Told("Test One", began=dates.parse("2021-07"), locator="¶1"),
            entering.Told("Test Known", known=known),
        ],
        by=by,
    )
    assert Prisoner.objects.filter(names__text="Test One").exists()
    operations.undo(operation=operation, by=by)


# Verbs of the desk that change records, and what tries them here.
VERBS: Final[dict[str, Verb]] = {
    "workflow.publish": publish,
    "workflow.submit": submit_and_send_back,
    "workflow.send_back": submit_and_send_back,
    "workflow.withdraw": withdraw_and_take_up,
    "workflow.take_up": withdraw_and_take_up,
    "workflow.settle_taken_away": settle_sources,
    "revisions.accept": propose_and_accept,
    "revisions.accept_all": accept_what_was_proposed_of_many,
    "revisions.refuse": propose_and_refuse,
    "revisions.take_back": propose_and_take_back,
    "revisions.propose": propose_and_take_back,
    "bulk.do": change_many_and_undo,
    "operations.undo": change_many_and_undo,
    "revisions.give_up": change_many_and_undo,
    "merging.moving.merge": merge_and_undo,
    "merging.undoing.undo": merge_and_undo,
    "merging.proposing.propose": propose_a_merge_and_accept,
    "merging.proposing.accept": propose_a_merge_and_accept,
    "merging.proposing.refuse": propose_a_merge_and_accept,
    "merging.proposing.take_back": propose_a_merge_and_accept,
    "entering.enter_people": enter_and_undo,
    "importing.running.run": import_and_undo,
    "importing.running.undo": import_and_undo,
    "importing.running.import_file": import_a_file,
    "disclosure.hold_back": hold_back_and_lift,
    "disclosure.lift": hold_back_and_lift,
    "disclosure.show_as": show_as_initials,
    "disclosure.forget_address": show_as_initials,
    "protecting.protect": protect_a_child,
    "putting_back.put_back": put_back,
    "dossiers.load": load_a_dossier,
}
# What these modules have beside: questions, and what is done inside a verb.
NO_VERBS: Final = {
    "workflow": "needs_second hold with_parts hanging signed refuse_own_work move note_moves "
    "settle",
    "revisions": "load proposable text_of values_of differences put on_page changed_records "
    "lacking conflicts drafts_with",
    "bulk": "plan",
    "merging.comparing": "plan seen_of is_over shown_otherwise may_overlap",
    "merging.moving": "ready held_pair refuse_unseen carry_out label_of",
    "merging.proposing": "obstacles seen_now since told",
    "merging.undoing": "standing_for",
    "merging.uniting": "withdraw move_to check said",
    "operations": "in_order touched obstacles",
    "putting_back": "can_be_put_back",
    "entering": "resembling broken no_room",
    "disclosure": "initials_of",
    "former_addresses": "forget_telling forget_touched",
    "protecting": "reasons_to_protect known_birth known_arrests protect_touched",
    "dossiers": "shipped",
    # An upload and its preview are no records.
    "importing.running": "receive choose preview decide try_file obstacles forget_old discard "
    "listing_of may_take",
}
# Modules that write no records: accounts, judgements, keys of names; people who do not exist.
WRITE_NONE: Final = {
    "accounts", "dossier_layout", "dossier_values", "duplicates", "earlier_sources", "helper",
    "languages", "mentions", "merging.fates", "name_index", "portraits", "synthetic",
    "synthetic_names", "synthetic_people", "telling", "three_way",
    "importing.ahead", "importing.among", "importing.duplicates", "importing.guessing",
    "importing.odd_dates", "importing.planning", "importing.process",
    "importing.profile", "importing.reading", "importing.report", "importing.terms",
    "importing.understanding", "importing.values",
    # Called by ``running`` inside a run, and by ``revisions`` where a proposal is accepted.
    "importing.writing", "own_sources",
}  # fmt: skip


def test_every_verb_of_the_desk_is_tried() -> None:
    modules = {
        one.name.removeprefix("prisoners.desk.")
        for one in pkgutil.walk_packages(desk.__path__, "prisoners.desk.")
        if not one.ispkg
    }
    assert modules == WRITE_NONE | set(NO_VERBS)
    found = set()
    for name, rest in NO_VERBS.items():
        module = import_module(f"prisoners.desk.{name}")
        own = {
            function
            for function, one in inspect.getmembers(module, inspect.isroutine)
            if getattr(one, "__module__", "") == module.__name__ and not function.startswith("_")
        }
        found |= {f"{name}.{function}" for function in own - set(rest.split())}
    assert found == set(VERBS)


@pytest.mark.parametrize("verb", dict.fromkeys(VERBS.values()))
@pytest.mark.parametrize("alone", [False, True])
def test_history_says_what_the_record_says_after_it(verb: Verb, alone: bool, settings: Any) -> None:
    settings.ONE_PERSON_TEAM = alone
    by = account(Role.EDITOR, name="doer")
    verb(by)
    assert untold() == []


def test_what_is_not_told_would_be_found() -> None:
    with unrecorded():
        source = SourceFactory.create()
    assert untold() == [f"{source} has no history"]
    source.title = "Test title"
    source.save()
    with unrecorded():
        source.title = "Test other"
        source.save()
    assert untold() == ["Test other is not as its history says"]
    with unrecorded():
        source.delete()
    assert len(untold()) == 1


def test_invented_people_alone_have_no_history() -> None:
    call_command("generate_prisoners", "3", seed=1, verbosity=0)
    assert Prisoner.objects.count() == 3
    assert not Prisoner.history.exists()
    # Their first change by hand begins it.
    one = Prisoner.objects.earliest("pk")
    with recorded(by=account(Role.EDITOR, name="doer")):
        workflow.withdraw(record=one, reason="x")
    assert Prisoner.history.filter(id=one.pk).count() == 2
    assert one.state == State.WITHDRAWN
