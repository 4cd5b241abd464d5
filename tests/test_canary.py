"""Nothing that is not public gets out: planted secrets are looked for at every address.

Every model has a record of each kind that visitors may not see, every text, date and number of it
a secret; then every pattern of the URL configuration is asked for, with every address there is.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterator
from datetime import date
from html import unescape
from itertools import count, product
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urljoin
from zlib import crc32

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import models
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils.translation import get_language_from_path
from django.views.defaults import server_error
from django_countries.fields import CountryField

from prisoners.models import (
    ADDRESSED,
    TARGETS,
    TRANSLATED,
    TRANSLATED_NAMES,
    Citation,
    Detention,
    Disclosure,
    DossierEntry,
    FormerAddress,
    Prisoner,
    PrisonerName,
    Record,
    Source,
    State,
    Statement,
    Translation,
    citable,
    other_languages,
)
from prisoners.models.fields import IntervalField
from prisoners.public.languages import in_language
from tests.addresses import ADMIN, SLUG_OF, every_path, filled, routes
from tests.factories import FACTORIES, DossierEntryFactory, FormerAddressFactory, cite
from tests.kept import kept
from tests.reader import Page, is_ours

pytestmark = pytest.mark.django_db

# What a hidden record is filled with: a word of its own for every text, and a day, a country and
# numbers that stand nowhere else.
WORD: Final = re.compile(r"zq(?:[bdfgklmnrt]a){4,5}zq", re.IGNORECASE)
DIGITS: Final = "bdfgklmnrt"
DAY: Final = date(1923, 4, 5)
COUNTRY: Final = "FJ"
NUMBER: Final = 918273
SMALL_NUMBER: Final = 31717
DEGREES: Final = "12.34567"
SECRETS: Final[dict[type[Any], Any]] = {
    CountryField: COUNTRY,
    IntervalField: DAY.isoformat(),
    models.PositiveSmallIntegerField: SMALL_NUMBER,
    models.PositiveIntegerField: NUMBER,
    models.DecimalField: DEGREES,
}
VALUES: Final = re.compile(r"April 1923|1923-04|\bFiji\b|918,?273|31,?717|12\.34567", re.IGNORECASE)
HREF: Final = re.compile(r'href="([^"]+)"')
NEVER: Final = "nobody-was-ever-here"

WAYS: Final[dict[str, dict[str, Any]]] = {
    "draft": {"state": State.DRAFT},
    "in review": {"state": State.IN_REVIEW},
    "withdrawn": {"state": State.WITHDRAWN},
    "withheld": {"disclosure": Disclosure.WITHHELD},
    "withheld draft": {"state": State.DRAFT, "disclosure": Disclosure.WITHHELD},
    "withheld and withdrawn": {"state": State.WITHDRAWN, "disclosure": Disclosure.WITHHELD},
}
# Which fact a citation is about has to be one; the rest is set by hiding a record.
KEPT_AS_THEY_ARE: Final = {"state", "disclosure", "field", "key"}


def word_of(number: int) -> str:
    """Return a word for a number, of letters only: a digit would cut it in two where names are."""
    return f"zq{''.join(f'{DIGITS[int(digit)]}a' for digit in f'{number:04}')}zq"


class Planted:
    """A record of secrets, and what each of its words was planted in."""

    def __init__(self) -> None:
        self.where: dict[str, str] = {}
        self.numbers = count(1)
        self.hidden: dict[str, dict[str, list[str]]] = {kind: {} for kind in ADDRESSED}
        self.plant()

    def word(self, where: str) -> str:
        word = word_of(next(self.numbers))
        self.where[word] = where
        return word

    # Filling -----------------------------------------------------------------------------

    def secrets(self, model: type[models.Model], how: str) -> dict[str, Any]:
        """Return a secret for every field that can hold one."""
        filled: dict[str, Any] = {}
        for field in model._meta.concrete_fields:
            if not field.editable or field.name in KEPT_AS_THEY_ARE or field.primary_key:
                continue
            value = self.secret(field, f"{how}: {model.__name__}.{field.name}")
            if value is not None:
                filled[field.name] = value
        if model is Translation:
            filled["language"] = "be"
        if model is Detention:
            filled["end_kind"] = Detention.EndKind.RELEASED
        return filled

    def secret(self, field: Any, where: str) -> Any:
        for kind, value in SECRETS.items():
            if isinstance(field, kind):
                return value
        if isinstance(field, models.ImageField):
            name = f"portraits/{self.word(where)}.png"
            file = Path(settings.MEDIA_ROOT) / name
            file.parent.mkdir(exist_ok=True)
            file.write_text(self.word(f"{where}, the file"))
            return name
        if isinstance(field, models.URLField):
            return f"https://example.org/{self.word(where)}"
        if isinstance(field, models.CharField | models.TextField) and not field.choices:
            return self.word(where)
        return None

    def hide(self, record: Record, how: str) -> None:
        values = WAYS[how]
        if values.get("disclosure"):
            values = values | {"disclosure_reason": self.word(f"{how}: reason")}
        type(record)._default_manager.filter(pk=record.pk).update(**values)
        self.remember(record, how)

    def remember(self, record: Record, how: str) -> None:
        kind = next((one for one, model in ADDRESSED.items() if model is type(record)), None)
        if kind:
            self.hidden[kind].setdefault(how, []).append(str(record.__dict__["slug"]))

    # Planting ----------------------------------------------------------------------------

    def made(self, model: type[Record], how: str = "", **relations: Any) -> Record:
        """Make a published record with all that it hangs on; of secrets, if it is to be hidden."""
        if relations.get("prisoner") and model is Statement:
            relations["speaker"] = None
        values = self.secrets(model, how) if how else {}
        # A source's own date is called published, as the factories' word for public is.
        public = {"state": State.PUBLISHED} if model is Source else {"published": True}
        record: Record = FACTORIES[model].create(**{**values, **relations, **public})
        return record

    def hidden_record(self, model: type[Record], how: str, **relations: Any) -> Record:
        record = self.made(model, how, **relations)
        self.hide(record, how)
        return record

    def cite_all(self, record: Record, **values: Any) -> None:
        """Cite the whole of a record and each of its fields, in public, from a public source."""
        for field in ("", *citable(type(record))):
            cite(record, field, self.source, state=State.PUBLISHED, **values)

    def plant(self) -> None:
        self.source: Source = FACTORIES[Source].create(published=True)
        for model in FACTORIES:
            for how in WAYS:
                self.plant_hidden(model, how)
            for relation in self.relations(model):
                for how in ("draft", "withheld"):
                    self.plant_under_hidden(model, relation, how)
                self.plant_under_hidden_grandparents(model, relation)
        for model in TARGETS.values():
            self.plant_citations(model)
        self.plant_hidden_translations()
        self.plant_nameless()
        self.plant_private_words()

    def relations(self, model: type[Record]) -> list[str]:
        if model is Citation:
            return ["source"]
        if model is Translation:
            return []  # like a citation, it is looked up for what is public
        return [
            field.name
            for field in model._meta.concrete_fields
            if field.many_to_one and issubclass(field.related_model, Record)  # type: ignore[arg-type]  # one class
        ]

    def translate_all(self, record: Record, where: str, how: str = "") -> None:
        """Translate each text of a record into each language, in public or in a hidden way."""
        if type(record) not in TRANSLATED_NAMES:
            return
        for language, field in product(other_languages(), record.translated):
            made = FACTORIES[Translation].create(
                **{"actor": None, TRANSLATED_NAMES[type(record)]: record},
                field=field,
                language=language,
                text=self.word(f"{where}, {field}"),
                state=State.PUBLISHED,
            )
            if how:
                self.hide(made, how)

    def plant_hidden_translations(self) -> None:
        """Public records of every kind, what they say in other languages hidden in every way."""
        for model, how in product(TRANSLATED.values(), WAYS):
            self.translate_all(self.made(model), f"{how} translation", how)

    def plant_hidden(self, model: type[Record], how: str) -> None:
        """A hidden record that hangs on public ones, cited and translated in public."""
        record = self.hidden_record(model, how)
        self.translate_all(record, f"translation of a {how} {model.__name__}")
        if model in TARGETS.values():
            self.cite_all(record, **self.citation_secrets(f"of a {how} {model.__name__}"))

    def citation_secrets(self, how: str) -> dict[str, Any]:
        secrets = self.secrets(Citation, how)
        return {name: secrets[name] for name in ("locator", "value", "archived", "note")}

    def plant_under_hidden(self, model: type[Record], relation: str, how: str) -> None:
        """A public record that hangs on a hidden one; secret itself where it is seen through it."""
        above: Any = model._meta.get_field(relation).related_model
        parent = self.hidden_record(above, how)
        seen = relation not in model.public_through
        record = self.made(model, "" if seen else f"under {how}", **{relation: parent})
        if not seen:
            self.remember(record, f"under {how}")
            self.translate_all(record, f"translation of a {model.__name__} under {how}")
        if model in TARGETS.values():
            self.cite_all(record, **({} if seen else self.citation_secrets(f"under {how}")))

    def plant_under_hidden_grandparents(self, model: type[Record], relation: str) -> None:
        above: Any = model._meta.get_field(relation).related_model
        if relation not in model.public_through:
            return
        for further in above.public_through:
            grandparent = self.hidden_record(
                above._meta.get_field(further).related_model, "withheld"
            )
            parent = self.made(above, "under withheld", **{further: grandparent})
            record = self.made(model, "under withheld", **{relation: parent})
            if model in TARGETS.values():
                self.cite_all(record, **self.citation_secrets("two below withheld"))

    def plant_citations(self, model: type[Record]) -> None:
        """A public record with citations that are hidden, or of sources that are."""
        record = self.made(model)
        for how in WAYS:
            secret_source = self.hidden_record(Source, how)
            for stance in Citation.Stance.values:
                secrets = self.citation_secrets(f"{how} citation") | {"stance": stance}
                self.hide(cite(record, "", self.source, **secrets), how)
                secrets = self.citation_secrets(f"of a {how} source") | {"stance": stance}
                cite(record, "", secret_source, **secrets)  # type: ignore[arg-type]  # one is made

    def plant_nameless(self) -> None:
        """A public person of whom every spelling is hidden, the one to be shown too."""
        person = FACTORIES[Prisoner].create(published=True, name=None)
        for how, language in zip(WAYS, ("en", "be", "ru", "uk", "fr", "de"), strict=True):
            secrets = self.secrets(PrisonerName, how) | {"language": language, "is_display": True}
            name = FACTORIES[PrisonerName].create(published=True, prisoner=person, **secrets)
            self.hide(name, how)

    def plant_private_words(self) -> None:
        """What is never shown even of a public record, and what is no record of the public's."""
        for model in FACTORIES:
            shown = model._default_manager.filter(state=State.PUBLISHED, disclosure="public")
            shown.update(
                note=self.word(f"note on a public {model.__name__}"),
                disclosure_reason=self.word(f"reason on a public {model.__name__}"),
                disclosure_asked_by=self.word(f"who asked, on a public {model.__name__}"),
                disclosure_review_on=DAY,
            )
        for kind, model in ADDRESSED.items():
            for how, slugs in list(self.hidden[kind].items()):
                record = model._default_manager.get(slug=slugs[0])
                former = self.word(f"former address of {how} {kind}")
                FormerAddressFactory.create(slug=former, **{"prisoner": None, kind: record})
                self.hidden[kind][how].append(former)
        DossierEntryFactory.create(
            dossier=self.word("dossier"),
            key=self.word("dossier key"),
            values={"note": self.word("dossier values")},
        )
        User.objects.create_user(self.word("user"), f"{self.word('e-mail')}@example.org")

    # Looking -----------------------------------------------------------------------------

    def found_in(self, path: str, response: Any) -> list[str]:
        """Return what secrets an answer holds, where they were planted, other than in its path."""
        asked = set(WORD.findall(unquote(path).lower()))
        body = b"".join(response) if response.streaming else response.content
        text = body.decode("utf-8", "replace")
        headers = "\n".join(f"{name}: {value}" for name, value in response.headers.items())
        words = {word.lower() for word in WORD.findall(f"{headers}\n{text}")} - asked
        # Whoever asks for a day or a country reads it again.
        values = {
            f"the value {one}"
            for one in VALUES.findall(text)
            if not (one == "Fiji" and COUNTRY in path)
            and not ("1923" in one and str(DAY.year) in path)
        }
        return sorted({self.where[word] for word in words} | values)


@pytest.fixture(scope="module")
def planted(django_db_setup: None, django_db_blocker: Any) -> Iterator[Planted]:
    with kept(django_db_blocker, Planted) as made:
        yield made
    with django_db_blocker.unblock():
        User.objects.all().delete()


# What lists are asked for. Each is followed through all its pages and links.
QUESTIONS: Final = [
    "/prisoners/?status=held",
    "/prisoners/?gender=other&status=died&status=unknown",
    f"/prisoners/?country={COUNTRY}",
    f"/prisoners/?on={DAY}",
    f"/prisoners/?on={DAY}&status=held&country={COUNTRY}",
    "/prisoners/?on=1923-04",
    "/prisoners/?status=free",
    "/prisoners/?page=99",
    *(f"/timeline/?kind={one}" for one in ("arrest", "release", "deal", "concession", "death")),
    *(f"/timeline/?kind={one}" for one in ("statement", "figure", "sentence", "award")),
    f"/timeline/?country={COUNTRY}",
    f"/timeline/?year={DAY.year}",
    "/timeline/?page=99",
    "/timeline/?year=soon",
    "/releases/?page=99",
    "/deals/?page=99",
    "/figures/?page=99",
    "/sources/?page=99",
    "/sitemap.xml?p=99",
]


def crawl(start: list[str]) -> Iterator[tuple[str, Any]]:
    """Ask for addresses, and for every page of this site that the answers link or lead to.

    Of the addresses with a question only the further pages of a list are followed. Each page is
    asked for in English and in one other language: which one changes from page to page, so that
    every kind of page is read in every language and none four times.
    """
    waiting, met = deque(start), set(start)
    client = Client(raise_request_exception=False)
    while waiting:
        path = waiting.popleft()
        response = client.get(path)
        yield path, response
        links = [response.headers.get("Location", "")]
        if not response.streaming:
            links += [unescape(one) for one in HREF.findall(response.content.decode())]
        for link in links:
            address = urljoin(path, link.partition("#")[0])
            followed = "?" not in address or "page=" in address
            if not (followed and is_ours(address)) or address in met or ADMIN in address:
                continue
            if _is_read_in(address):
                met.add(address)
                waiting.append(address)


def _is_read_in(address: str) -> bool:
    language, english = get_language_from_path(address), in_language(address, "en")
    others = [code for code, _name in settings.LANGUAGES[1:]]
    return language in (None, others[crc32(english.encode()) % len(others)])


def test_no_secret_is_at_any_address(planted: Planted) -> None:
    leaks: dict[str, list[str]] = {}
    answered: dict[int, int] = {}
    languages: Counter[str] = Counter()
    for path, response in crawl([*every_path(), *QUESTIONS]):
        answered[response.status_code] = answered.get(response.status_code, 0) + 1
        languages[get_language_from_path(path) or "en"] += 1
        assert response.status_code != 500, path
        if found := planted.found_in(path, response):
            leaks[path] = found
    assert leaks == {}
    assert all(languages[code] > 50 for code, _name in settings.LANGUAGES), languages
    # The walk met pages, redirects, refusals, pages that never were, and withdrawn ones.
    assert {200, 302, 400, 404, 410} <= set(answered)
    assert answered[200] > 200


def test_no_secret_is_in_the_headers_alone(planted: Planted) -> None:
    client = Client()
    for kind, ways in planted.hidden.items():
        first = next(part for part, one in SLUG_OF.items() if one == kind)
        for slugs in ways.values():
            path = f"/{first}/{slugs[0]}/"
            response = client.head(path)
            assert response.content == b""
            assert planted.found_in(path, response) == []
    for path in ("/", *QUESTIONS[::4], "/sitemap.xml", "/robots.txt", "/admin/"):
        assert planted.found_in(path, client.head(path)) == []


def test_looking_for_a_hidden_name_finds_nobody(planted: Planted) -> None:
    client = Client()
    names = PrisonerName.objects.exclude(pk__in=PrisonerName.objects.published()).values_list(
        "text", flat=True
    )
    assert names
    for name in list(names)[:6]:
        path = f"/prisoners/?q={name}"
        response = client.get(path)
        assert planted.found_in(path, response) == []
        assert not Page(response, path).main.all("table")


def normalised(response: Any, slug: str) -> tuple[int, str, dict[str, str]]:
    headers = {name: value.replace(slug, "…") for name, value in response.headers.items()}
    headers.pop("Content-Length", None)
    return response.status_code, response.content.decode().replace(slug, "…"), headers


def paths_of(kind: str, slug: str) -> list[str]:
    first = next(part for part, one in SLUG_OF.items() if one == kind)
    pages = [f"/{first}/{slug}/"]
    return [*pages, f"/{first}/{slug}/portrait"] if kind == "prisoner" else pages


@pytest.mark.parametrize("kind", list(ADDRESSED))
def test_a_page_that_is_not_public_answers_as_if_it_had_never_been(
    planted: Planted, kind: str
) -> None:
    client, compared = Client(), 0
    for how, slugs in planted.hidden[kind].items():
        if how == "withdrawn":
            continue
        for slug in slugs:
            for path, never in zip(paths_of(kind, slug), paths_of(kind, NEVER), strict=True):
                hidden = normalised(client.get(path), slug)
                assert hidden[0] == 404, (how, path)
                assert hidden == normalised(client.get(never), NEVER), how
                compared += 1
    assert compared > 10


@pytest.mark.parametrize("kind", list(ADDRESSED))
def test_a_withdrawn_page_answers_410_with_a_plain_word(planted: Planted, kind: str) -> None:
    slugs = planted.hidden[kind]["withdrawn"]
    assert len(slugs) >= 2  # its address, and a former one
    for slug in slugs:
        for path in paths_of(kind, slug):
            response = Client().get(path)
            assert response.status_code == 410
            words = Page(response, path).main.text
            assert "withdrawn" in words
            assert planted.found_in(path, response) == []


def test_no_secret_is_in_an_error(planted: Planted) -> None:
    client, checked = Client(), Client(enforce_csrf_checks=True)
    slug = planted.hidden["prisoner"]["withheld"][0]
    answers: list[tuple[int, Any]] = [
        (400, client.get("/", headers={"host": "elsewhere.example"})),
        (403, checked.post("/admin/login/", {"username": "somebody", "password": "wrong"})),
        (405, client.post(f"/prisoners/{slug}/")),
        (500, server_error(RequestFactory().get(f"/prisoners/{slug}/"))),
    ]
    for status, response in answers:
        assert response.status_code == status
        assert planted.found_in("", response) == []


def test_the_walk_would_see_a_secret(planted: Planted) -> None:
    """Guards the guard: each kind of secret is recognised in a body or in a header."""
    word, where = next(iter(planted.where.items()))
    for text in ("5 April 1923", "Fiji", "918,273", "31717", DEGREES):
        assert planted.found_in("/", HttpResponse(text)) != []
    assert planted.found_in("/", HttpResponse(word.upper())) == [where]
    assert planted.found_in("/", HttpResponse(headers={"Location": f"/x/{word}/"})) == [where]
    assert planted.found_in(f"/x/{word}/", HttpResponse(word)) == []


def test_every_model_and_every_way_of_hiding_is_planted(planted: Planted) -> None:
    for model in FACTORIES:
        for values in WAYS.values():
            assert model._default_manager.filter(**values).exists(), (model, values)
    kinds = {one.split(": ")[-1].split(".")[0] for one in planted.where.values()}
    assert {model.__name__ for model in FACTORIES} <= kinds
    assert DossierEntry.objects.exists()
    assert FormerAddress.objects.count() > 20


def test_an_address_that_the_walk_cannot_fill_is_refused() -> None:
    with pytest.raises(KeyError, match="letters"):
        filled("letters/<int:number>/")
    with pytest.raises(KeyError, match="number"):
        filled("prisoners/<int:number>/")


def test_the_walk_covers_every_route(planted: Planted) -> None:
    found = [filled(route) for route in routes()]
    assert all(found)
    assert len(found) > 40
