"""The page of an actor: what it has to do with the record."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from prisoners.public import sources
from tests.factories import (
    ActorFactory,
    AffiliationFactory,
    DealFactory,
    DealPartyFactory,
    PrisonerFactory,
)
from tests.test_admin import said

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("others", "words"),
    [(0, ""), (1, "1 more person has to do with it"), (2, "2 more people have to do with it")],
)
def test_it_says_how_many_more_people_there_are_and_not_how_many_parts_they_have(
    client: Client, monkeypatch: pytest.MonkeyPatch, others: int, words: str
) -> None:
    monkeypatch.setattr(sources, "PEOPLE_SHOWN", 2)
    actor = ActorFactory.create(published=True)

    def take_part(person: object, began: str, *, public: bool = True) -> None:
        AffiliationFactory.create(actor=actor, prisoner=person, began=began, published=public)

    shown = [PrisonerFactory.create(published=True) for _each in range(2)]
    for person in shown:
        take_part(person, "2001")
        take_part(person, "2010")
    for _each in range(others):
        person = PrisonerFactory.create(published=True)
        take_part(person, "2011")
        take_part(person, "2012")
    take_part(PrisonerFactory.create(), "2013", public=False)
    page = said(client.get(actor.get_absolute_url()))
    assert ("to do with it" in page) == bool(words)
    assert words in page


def test_what_it_did_several_times_is_said_once_with_each_place(client: Client) -> None:
    actor = ActorFactory.create(published=True)
    deals = [DealFactory.create(published=True) for _each in range(2)]
    for deal in deals:
        DealPartyFactory.create(deal=deal, actor=actor, role="brokering", published=True)
        DealPartyFactory.create(deal=deal, actor=actor, role="granting", published=True)
    page = client.get(actor.get_absolute_url()).content.decode()
    terms = re.findall(r"<dt>(.*?)</dt>", page)
    assert len(terms) == len(set(terms)) >= 2
    for deal in deals:
        assert page.count(f'href="{deal.get_absolute_url()}"') == 2
