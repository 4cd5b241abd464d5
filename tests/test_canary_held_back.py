"""Nothing that is held back of somebody who is public gets out, at any address or by any filter.

People are planted of whom every sensitive field is a secret: withheld by rules, shown to the year,
shown without the name, or by a consent that has ended. Then every pattern of the URL configuration
is asked for, with every address there is, and every list with every filter, sort order and day.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import product
from typing import Any, Final
from urllib.parse import urlencode

import pytest
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from prisoners.desk import disclosure
from prisoners.models import (
    HOLDING_BACK,
    Affiliation,
    Charge,
    Citation,
    Consent,
    Detention,
    ExternalId,
    How,
    Placement,
    Prisoner,
    PrisonerName,
    Recognition,
    Record,
    Release,
    ReleaseOutcome,
    Sentence,
    Source,
    State,
    Statement,
    Translation,
    citable,
    other_languages,
)
from prisoners.models.fields import IntervalField
from prisoners.reading.filters import PrisonerFilter
from prisoners.reading.people import Sort
from prisoners.reading.snapshot.kept import current
from tests.addresses import every_path
from tests.factories import FACTORIES, cite
from tests.kept import kept
from tests.test_canary import DAY, Planted, crawl

pytestmark = pytest.mark.django_db

PARTS: Final = (Affiliation, Recognition, Detention, Placement, Charge, Sentence)
TELLING: Final = (PrisonerName, ExternalId, Affiliation, Statement)
# Days beside the one that is held back, and spans around it.
DAYS: Final = (DAY.isoformat(), "1923-04-06", "1923-04", "1923-05", "1923", "1924")


class HeldBack(Planted):
    """People of whom visitors see less than is known, and what was planted in them."""

    def plant(self) -> None:
        self.source: Source = FACTORIES[Source].create(published=True)
        self.release: Any = FACTORIES[Release].create(published=True)
        self.withheld = self.person("withheld by rules", How.WITHHELD)
        self.coarse = self.person("shown to the year", How.YEAR)
        self.nameless = [self.without_a_name(identity) for identity in ("anonymous", "initials")]
        self.ended = self.by_ended_consent("name")
        self.partly = self.by_ended_consent("portrait", "biography")

    def whole(self, how: str) -> tuple[Prisoner, list[Record]]:
        """Make somebody with a part of each kind, each sensitive field a secret."""
        person: Any = FACTORIES[Prisoner].create(
            published=True,
            name__text=self.word(f"{how}: shown name"),
            **self.sensitive(Prisoner, how),
            portrait_rights=self.word(f"{how}: rights"),
        )
        made: dict[Any, Any] = {Prisoner: person}
        for model in PARTS:
            owner = model.owner_field or ""
            above: Any = model._meta.get_field(owner).related_model
            more = {"end_kind": "released"} if model is Detention else {}
            made[model] = FACTORIES[model].create(
                published=True, **{owner: made[above]}, **self.sensitive(model, how), **more
            )
        FACTORIES[ReleaseOutcome].create(
            detention=made[Detention], release=self.release, state=State.PUBLISHED
        )
        return person, list(made.values())

    def sensitive(self, model: type[Any], how: str) -> dict[str, Any]:
        filled = {}
        for name in model.sensitive:
            field = model._meta.get_field(name)
            value = self.secret(field, f"{how}: {model.__name__}.{name}")
            if value is not None:
                filled[name] = value
        return filled

    def tell(self, record: Any, how: str) -> None:
        """Cite and translate each sensitive field in public, with secrets in all that is said."""
        for name, stance in product(
            [one for one in record.sensitive if one in citable(type(record))],
            Citation.Stance.values,
        ):
            secrets = self.citation_secrets(f"{how}: of {type(record).__name__}.{name}")
            cite(record, name, self.source, state=State.PUBLISHED, stance=stance, **secrets)
        for language in other_languages():
            for name in set(record.sensitive) & set(record.translated):
                kind = next(one for one, model in HOLDING_BACK.items() if model is type(record))
                FACTORIES[Translation].create(
                    **{"actor": None, kind: record},
                    field=name,
                    language=language,
                    text=self.word(f"{how}: {language} of {kind}.{name}"),
                    state=State.PUBLISHED,
                )

    def person(self, how: str, rule: str) -> Prisoner:
        person, records = self.whole(how)
        # Who they are is no secret.
        person.names.update(text=f"Test {how.title()}")
        for record in records:
            self.tell(record, how)
            for name in record.sensitive:  # type: ignore[attr-defined]  # all of them hold back
                is_date = isinstance(record._meta.get_field(name), IntervalField)
                disclosure.hold_back(
                    record=record,  # type: ignore[arg-type]  # it holds facts back
                    field=name,
                    how=rule if is_date else How.WITHHELD,
                    reason=self.word(f"{how}: reason"),
                    asked_by=self.word(f"{how}: who asked"),
                    review_on=date(1923, 4, 5),
                )
        return person

    def without_a_name(self, identity: str) -> Prisoner:
        person, records = self.whole(identity)
        for record in records:
            self.tell(record, identity)
        for name in PARTS:
            name.objects.filter(pk__in=[one.pk for one in records if type(one) is name]).update(
                **{
                    one: None if isinstance(name._meta.get_field(one), IntervalField) else ""
                    for one in name.sensitive
                }
            )
        Prisoner.objects.filter(pk=person.pk).update(
            birth=None, death=None, citizenships="", occupation="", occupation_group=""
        )
        for model in TELLING:
            more = {"speaker": None} if model is Statement else {}
            secrets = {
                one: value
                for one, value in self.secrets(model, identity).items()
                if not isinstance(model._meta.get_field(one), IntervalField)
            }
            FACTORIES[model].create(
                published=True, prisoner=person, **{**secrets, **more, "state": State.PUBLISHED}
            )
        person.refresh_from_db()
        for _former in range(2):
            person.slug = self.word(f"{identity}: address")
            person.save()
        self.hidden["prisoner"].setdefault(identity, []).append(person.slug)
        disclosure.show_as(
            person=person, identity=identity, reason=self.word(f"{identity}: reason")
        )
        return person

    def by_ended_consent(self, *whats: str) -> Prisoner:
        how = f"consent to {' and '.join(whats)} that has ended"
        if whats == ("name",):
            person, records = self.whole(how)
            for record in records:
                self.tell(record, how)
            person.slug = self.word(f"{how}: address")
            person.save()
            FACTORIES[PrisonerName].create(
                published=True, prisoner=person, text=self.word(f"{how}: name"), is_display=False
            )
            self.hidden["prisoner"].setdefault(how, []).append(person.slug)
        else:
            person = FACTORIES[Prisoner].create(
                published=True,
                biography=self.word(f"{how}: biography"),
                portrait=self.secret(Prisoner._meta.get_field("portrait"), how),
                portrait_rights=self.word(f"{how}: rights"),
            )
            for field in ("portrait", "biography", "portrait_rights"):
                secrets = self.citation_secrets(f"{how}: of {field}")
                cite(person, field, self.source, state=State.PUBLISHED, **secrets)
            FACTORIES[Translation].create(
                actor=None,
                prisoner=person,
                field="biography",
                text=self.word(f"{how}: translated"),
                state=State.PUBLISHED,
            )
        Consent.objects.create(
            prisoner=person,
            given_by=self.word(f"{how}: giver"),
            given_as="relative",
            given_on=date(2021, 7, 14),
            until=timezone.localdate() - timedelta(days=1),
            note=self.word(f"{how}: note"),
            **{f"for_{what}": True for what in whats},
        )
        return person


@pytest.fixture(scope="module")
def held_back(django_db_setup: None, django_db_blocker: Any) -> Iterator[HeldBack]:
    with kept(django_db_blocker, HeldBack) as made:
        yield made


def questions() -> list[str]:
    """Return every list with each choice of each filter, each order and each of some days."""
    asked: list[dict[str, Any]] = [{"sort": one.value} for one in Sort]
    choices = asking().facets()
    for name, values in choices.items():
        asked += [{name: value} for value in values]
    asked += [{name: day} for name, day in product(("arrested", "released"), DAYS)]
    asked += [{"on": DAY.isoformat(), "status": "held"}, {"occupation": "not_stated"}]
    lists = [f"/prisoners/?{urlencode(one)}" for one in asked]
    return [*lists, *(f"/timeline/?year={year}" for year in (1922, 1923, 1924))]


def test_nothing_that_is_held_back_is_at_any_address_or_under_any_filter(
    held_back: HeldBack,
) -> None:
    leaks: dict[str, list[str]] = {}
    answered = 0
    year = set()
    # In the language of now: the last page that is opened leaves its own.
    address = held_back.coarse.get_absolute_url()
    for path, response in crawl([*every_path(), *questions()]):
        assert response.status_code != 500, path
        answered += response.status_code == 200
        if found := held_back.found_in(path, response):
            leaks[path] = found
        if not response.streaming and "1923" in response.content.decode():
            year.add(path)
    assert leaks == {}
    assert answered > 60
    # To the year it is shown.
    assert address in year


def test_a_day_that_is_held_back_answers_to_no_filter(held_back: HeldBack) -> None:
    def answer(query: dict[str, str]) -> tuple[set[int], set[int]]:
        asked = asking(**query)
        numbers = asked.numbers().tolist()
        standing = asked.standing(numbers)
        return set(numbers), {one for one in numbers if standing[one].is_certain}

    coarse, withheld = held_back.coarse.pk, held_back.withheld.pk
    for name in ("arrested", "released"):
        of_day, others = answer({name: DAY.isoformat()}), answer({name: "1923-11-02"})
        assert of_day == others
        assert coarse in of_day[0]
        assert coarse not in of_day[1]
        assert withheld not in of_day[0]


def asking(**query: str) -> PrisonerFilter:
    asked = PrisonerFilter(QueryDict(urlencode(query)), current(), today=timezone.localdate())
    assert asked.is_valid(), asked.form.errors
    return asked


def test_no_order_tells_a_day_that_is_held_back(held_back: HeldBack) -> None:
    """Two people whose days differ and are held back alike stand in the order of their numbers."""
    made = []
    for day in ("1950-12-30", "1950-01-02"):
        detention: Any = FACTORIES[Detention].create(
            published=True, began=day, end_kind="released", ended="1951-06-07"
        )
        disclosure.hold_back(record=detention, field="began", how=How.YEAR, reason="a test")
        made.append(detention.prisoner_id)
    for sort in (Sort.ARRESTED, Sort.HELD):
        asked = asking(sort=sort.value)
        order = [one for one in asked.numbers().tolist() if one in made]
        assert order == made, sort


def test_an_address_that_was_forgotten_answers_like_one_that_never_was(
    held_back: HeldBack,
) -> None:
    client = Client()
    for slugs in held_back.hidden["prisoner"].values():
        for slug in slugs:
            for end in ("", "portrait"):
                gone = client.get(f"/prisoners/{slug}/{end}")
                never = client.get(f"/prisoners/nobody-was-ever-here/{end}")
                assert gone.status_code == never.status_code == 404
                words = gone.content.decode().replace(slug, "…")
                assert words == never.content.decode().replace("nobody-was-ever-here", "…")


def test_the_walk_would_see_what_is_held_back(held_back: HeldBack) -> None:
    """Guards the guard: before it was held back, all of it was there to be seen."""
    kinds = {one.split(":")[0] for one in held_back.where.values()}
    assert {"withheld by rules", "shown to the year", "anonymous", "initials"} <= kinds
    with_rules = [held_back.withheld, held_back.coarse]
    for person in with_rules:
        for record in (person, *person.detentions.all()):
            for rule in record.disclosure_rules.all():
                disclosure.lift(rule=rule)
        response = Client().get(person.get_absolute_url())
        found = held_back.found_in(person.get_absolute_url(), response)
        assert any("Prisoner.biography" in one for one in found)
        assert any("Detention.place" in one for one in found)
        assert any("1923" in one for one in found)
    Consent.objects.update(until=None, withdrawn_on=None)
    for person in (held_back.ended, held_back.partly):
        person.refresh_from_db()
        response = Client().get(person.get_absolute_url())
        assert response.status_code == 200
        assert held_back.found_in(person.get_absolute_url(), response)
