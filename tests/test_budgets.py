"""How often each page asks the database, table by table; the same however much there is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from prisoners.models import Actor, Deal, Facility, Prisoner, Release, Source
from prisoners.reading.synthetic import SOURCE_KEY
from prisoners.reading.timeline import Kind
from tests.factories import (
    ActorFactory,
    AffiliationFactory,
    ChargeFactory,
    ConcessionFactory,
    DealFactory,
    DealPartyFactory,
    DetentionFactory,
    ExternalIdFactory,
    FacilityFactory,
    FigureFactory,
    PlacementFactory,
    PrisonerFactory,
    PrisonerNameFactory,
    RecognitionFactory,
    ReleaseDestinationFactory,
    ReleaseFactory,
    ReleaseOutcomeFactory,
    SentenceFactory,
    SourceFactory,
    StatementFactory,
    cite,
)
from tests.kept import kept, load_article

pytestmark = pytest.mark.django_db

ARTICLE_RELEASE: Final = "/releases/belarus-2025-12-13/"
ARTICLE_DEAL: Final = "/deals/belarus-united-states-potash-2025/"
ARTICLE_SOURCE: Final = "/sources/belarus-releases-123-article/"
BANNER: Final = "banner"
OF_SNAPSHOT: Final = ("/", "/prisoners/", "/timeline/", "/figures/")
BIALIATSKI: Final = "/prisoners/ales-bialiatski/"
COUNTRIES: Final = ("AQ", "BV", "HM", "GS")

_PART = re.compile(r'[()]|(?:FROM|INTO|UPDATE) "?(\w+)"?')


def table(sql: str) -> str:
    """Return which table a query is about: the outermost one that it reads from."""
    if SOURCE_KEY in sql:
        return BANNER
    depth, found = 0, []
    for part in _PART.finditer(sql):
        if part.group() in "()":
            depth += 1 if part.group() == "(" else -1
        else:
            found.append((depth, part.start(), part.group(1).removeprefix("prisoners_")))
    verb = sql.lstrip("(").split(maxsplit=1)[0].lower()
    name = min(found)[2] if found else sql
    # PostgreSQL declares a cursor for what is read row by row.
    return name if verb in ("select", "declare") else f"{verb} {name}"


def queries_at(path: str, status: int = 200) -> dict[str, int]:
    """Return how often a page that is not kept asks each table, beside what is asked only once."""
    client = Client()
    client.get(path)
    caches["pages"].clear()
    with CaptureQueriesContext(connection) as queries:
        response = client.get(path)
        assert response.status_code == status, path
    asked = Counter(table(query["sql"]) for query in queries.captured_queries)
    # Every page asks once whether it has to wear the banner of invented data, but for those that
    # are made from the snapshot, which knows it.
    is_page = status == 200 and response["Content-Type"].startswith("text/html")
    assert asked.pop(BANNER, 0) == (is_page and path.partition("?")[0] not in OF_SNAPSHOT), path
    return dict(sorted(asked.items()))


def test_a_query_is_about_the_outermost_table_that_it_reads() -> None:
    within = 'SELECT EXISTS(SELECT 1 FROM "prisoners_detention") FROM "prisoners_prisoner"'
    assert table(within) == "prisoner"
    assert table('SELECT COUNT(*) FROM (SELECT 1 FROM "prisoners_deal")') == "deal"
    assert table('UPDATE "prisoners_deal" SET x = 1') == "update deal"


# A synthetic record, that doubles ---------------------------------------------------------


class Doubling:
    """One of each page, to each of which more and more belongs."""

    def __init__(self) -> None:
        self.size = 0
        self.source: Source = SourceFactory.create(state="published")
        self.actor: Actor = ActorFactory.create(published=True)
        self.facility: Facility = FacilityFactory.create(published=True)
        self.person: Prisoner = PrisonerFactory.create(published=True)
        self.deal: Deal = DealFactory.create(published=True, agreed="2024-01-01")
        self.release: Release = ReleaseFactory.create(
            published=True, deal=self.deal, happened="2024-01-02", headcount=100,
            announced_by=self.actor, freed_by=self.actor,
        )  # fmt: skip
        self.double()

    @property
    def paths(self) -> list[str]:
        records = (self.source, self.actor, self.facility, self.person, self.deal, self.release)
        return [
            "/",
            "/prisoners/",
            "/prisoners/?status=held&status=released",
            "/prisoners/?on=2023-01-01&country=AQ",
            "/releases/",
            "/deals/",
            # By kind: which kinds are on the first page changes with how much there is.
            *(f"/timeline/?kind={kind}" for kind in Kind.values),
            "/timeline/?kind=arrest&kind=statement&year=2022",
            "/figures/",
            "/sources/",
            "/sitemap.xml",
            *(one.get_absolute_url() for one in records),
        ]

    def double(self) -> None:
        """Make as many more of everything as there are."""
        for number in range(self.size, max(2 * self.size, 2)):
            self.more(number)
        self.size = max(2 * self.size, 2)

    def more(self, number: int) -> None:
        public, country = {"published": True}, COUNTRIES[number]
        release: Release = ReleaseFactory.create(
            **public, deal=self.deal, happened="2023-05", announced_by=ActorFactory.create(**public)
        )
        ReleaseDestinationFactory.create(
            **public, release=self.release, country=country, stated_by=ActorFactory.create(**public)
        )
        party = DealPartyFactory.create(**public, deal=self.deal, on_behalf_of=self.actor)
        concession = ConcessionFactory.create(
            **public, deal=self.deal, giver=self.actor, stage_on="2022"
        )
        figure = FigureFactory.create(
            **public, release=self.release, relation="before", stated_by=self.actor, value=number
        )
        self.cite(release, party, concession, figure)
        DealFactory.create(**public)
        for prisoner in (self.person, PrisonerFactory.create(**public)):
            self.more_of(prisoner, number)
        self.still_held(PrisonerFactory.create(**public))
        for spoken in ({"speaker": self.actor}, {"speaker": None, "prisoner": self.person}):
            about = {"deal": self.deal, "release": self.release, "said": "2022-03"}
            self.cite(StatementFactory.create(**public, **about, **spoken))

    def more_of(self, prisoner: Prisoner, number: int) -> None:
        public = {"published": True}
        detention = DetentionFactory.create(
            **public, prisoner=prisoner, began="2022-02", end_kind="released", ended="2024-01-02"
        )
        parts = [
            PrisonerNameFactory.create(**public, prisoner=prisoner),
            ExternalIdFactory.create(**public, prisoner=prisoner),
            AffiliationFactory.create(**public, prisoner=prisoner, actor=self.actor, kind="award"),
            RecognitionFactory.create(**public, prisoner=prisoner),
            PlacementFactory.create(**public, detention=detention, facility=self.facility),
            ChargeFactory.create(**public, detention=detention),
            SentenceFactory.create(**public, detention=detention, passed="2022-08"),
            ReleaseOutcomeFactory.create(**public, detention=detention, release=self.release),
        ]
        self.cite(prisoner, detention, *parts)

    def still_held(self, prisoner: Prisoner) -> None:
        detention = DetentionFactory.create(published=True, prisoner=prisoner, began="2022-02")
        place = PlacementFactory.create(
            published=True, detention=detention, facility=self.facility, ended=None
        )
        self.cite(prisoner, detention, place)

    def cite(self, *records: Any) -> None:
        for record in records:
            cite(record, "", self.source, locator=f"p. {self.size}")
            cite(record)


def test_no_page_asks_more_when_everything_doubles() -> None:
    record = Doubling()
    before = {path: queries_at(path) for path in record.paths}
    record.double()
    assert record.size == 4
    after = {path: queries_at(path) for path in record.paths}
    assert {path: asked for path, asked in after.items() if asked != before[path]} == {}


# The record of the article ----------------------------------------------------------------

# The queries of each page by the table that they are about; one joins what it can.
BUDGETS: Final[dict[str, str]] = {
    "/": (
        "change 1, citation 1, concession 1, deal 2, dealparty 1, figure 2, prisonername 2, "
        "release 3, releasedestination 2, releaseoutcome 2, source 1"
    ),
    "/prisoners/": (
        "change 1, citation 1, detention 1, prisoner 1, prisonername 1, releaseoutcome 1, source 1"
    ),
    "/prisoners/?status=held": "change 1, citation 1, figure 1, source 1",
    BIALIATSKI: (
        "affiliation 1, change 1, charge 1, citation 1, detention 1, externalid 1, placement "
        "1, prisoner 2, prisonername 1, recognition 1, releaseoutcome 1, sentence 1, source "
        "1, statement 1"
    ),
    "/releases/": (
        "change 1, citation 1, prisonername 1, release 2, releasedestination 1, "
        "releaseoutcome 1, source 1"
    ),
    ARTICLE_RELEASE: (
        "change 1, citation 1, figure 1, prisonername 2, release 2, releasedestination 1, "
        "releaseoutcome 1, source 1, statement 1"
    ),
    "/deals/": (
        "change 1, citation 1, concession 1, deal 2, dealparty 1, prisonername 1, release 1, "
        "releasedestination 1, releaseoutcome 1, source 1"
    ),
    ARTICLE_DEAL: (
        "change 1, citation 1, concession 1, deal 2, dealparty 1, prisonername 1, release 1, "
        "releasedestination 1, releaseoutcome 1, source 1, statement 1"
    ),
    "/timeline/": (
        "affiliation 1, change 1, citation 1, concession 1, deal 2, detention 3, figure 2, "
        "prisonername 3, release 4, source 1, statement 1"
    ),
    "/figures/": "change 1, citation 1, figure 2, source 1",
    "/sources/": "change 1, source 2",
    ARTICLE_SOURCE: (
        "actor 1, affiliation 1, change 1, citation 3, concession 1, deal 1, dealparty 1, "
        "detention 1, figure 1, prisoner 1, prisonername 7, release 1, releasedestination 1, "
        "releaseoutcome 1, source 2, statement 1"
    ),
    "/actors/viasna/": (
        "actor 2, affiliation 1, change 1, citation 1, concession 2, dealparty 2, figure 1, "
        "prisonername 1, recognition 1, release 2, releasedestination 1, source 1, statement "
        "1"
    ),
    "/sitemap.xml": "actor 2, change 1, deal 2, facility 1, prisoner 2, release 2, source 2",
}


@pytest.fixture(scope="module")
def article(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with kept(django_db_blocker, load_article):
        yield


@pytest.mark.parametrize("path", list(BUDGETS))
def test_a_page_asks_exactly_what_it_needs(article: None, path: str) -> None:
    asked = ", ".join(f"{name} {times}" for name, times in queries_at(path).items())
    assert asked == BUDGETS[path]


def test_a_page_that_is_not_there_costs_next_to_nothing(article: None) -> None:
    assert queries_at("/no/such/page/", 404) == {"change": 1}
    asked = {"change": 1, "formeraddress": 1, "prisoner": 2}
    assert queries_at("/prisoners/nobody-here/", 404) == asked


@pytest.mark.parametrize("path", ["/methodology/", "/data/", "/safety/", "/robots.txt"])
def test_a_page_of_text_asks_only_whether_it_is_kept(article: None, path: str) -> None:
    assert queries_at(path) == {"change": 1}


@pytest.mark.parametrize("path", ["/", "/prisoners/?status=held", BIALIATSKI])
def test_a_kept_page_asks_only_for_the_version_of_the_record(article: None, path: str) -> None:
    client = Client()
    client.get(path)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    assert [table(query["sql"]) for query in queries.captured_queries] == ["change"]


def test_the_first_request_asks_no_more_than_the_next(article: None) -> None:
    caches["pages"].clear()
    with CaptureQueriesContext(connection) as queries:
        assert Client().get(BIALIATSKI).status_code == 200
    assert len(queries) == sum(queries_at(BIALIATSKI).values()) + 1
