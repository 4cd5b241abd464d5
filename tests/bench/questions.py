"""What the benchmark asks: lists with three filters, and names as people know them.

All of it follows from a seed and the data, and nothing is asked twice, so that no cache helps.
"""

from __future__ import annotations

import random
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, NamedTuple
from urllib.parse import urlencode

from django.db.models import Max

from prisoners.models import ASKABLE, Detention, Prisoner, PrisonerName
from prisoners.reading.people import Sort
from tests.bench import record

SAMPLE: Final = 4000  # people
PAGE: Final = 50  # people
# One list in three is asked for by a later page, and one in two in an order of its own.
LATER, ORDERED = 1 / 3, 1 / 2
# So many of the sample have to be listed before a later page is sure to be there.
SURE: Final = 20

Filters = tuple[tuple[str, str], ...]
Values = Mapping[str, list[str]]


def sample(chance: random.Random, count: int = SAMPLE) -> list[int]:
    """Return the numbers of some published people."""
    highest = Prisoner.objects.aggregate(highest=Max("pk"))["highest"]
    numbers = chance.sample(range(1, highest + 1), min(count, highest))
    found = Prisoner.objects.published().filter(pk__in=numbers)
    return sorted(found.values_list("pk", flat=True))


class Lists:
    """Addresses of lists: each has three filters, whose values are all those of one person.

    Drawn apart from each other, three values would mostly leave nobody, and a page without people
    costs little.
    """

    def __init__(self, seed: str, day: date) -> None:
        self.chance = random.Random(seed)  # noqa: S311  # no secret
        self.day = day
        people = sample(self.chance)
        self.people: dict[int, dict[str, list[str]]] = {one: defaultdict(list) for one in people}
        for facet in record.FACETS:
            for person, value in record.values(facet, day, people):
                self.people[person][facet].append(value)
        highest = Prisoner.objects.aggregate(highest=Max("pk"))["highest"]
        self.stands_for = highest / min(SAMPLE, highest)
        self.seen: set[Filters] = set()

    def plain(self, count: int) -> list[Filters]:
        """Return combinations of values that somebody has, without a day, an order or a page."""
        return [self._new(self._of_facets) for _one in range(count)]

    def addresses(self, count: int) -> list[str]:
        """Return what is asked for in the addresses of lists, in any order and on any page."""
        return [urlencode(self._new(self._of_any)) for _one in range(count)]

    def _new(self, draw: Callable[[], Filters]) -> Filters:
        while (filters := draw()) in self.seen:
            pass
        self.seen.add(filters)
        return filters

    def _person(self, kinds: int = 3) -> tuple[int, dict[str, list[str]]]:
        """Return somebody of whom enough is known."""
        while True:
            person = self.chance.choice(list(self.people))
            if len(known := self.people[person]) >= kinds:
                return person, known

    def _of_facets(self) -> Filters:
        _person, known = self._person()
        names = sorted(self.chance.sample(sorted(known), 3))
        return tuple((name, self.chance.choice(known[name])) for name in names)

    def _of_any(self) -> Filters:
        person, known = self._person()
        names = self.chance.sample([*sorted(known), "status", "on"], 3)
        filters = [(name, self._value(name, person, known)) for name in sorted(names)]
        page = self._page(filters)
        if self.chance.random() < ORDERED:
            filters.append(("sort", self.chance.choice(Sort.values)))
        return (*filters, *([("page", str(page))] if page > 1 else []))

    def _value(self, name: str, person: int, known: Values) -> str:
        if name == "status":
            return self.chance.choice(ASKABLE).value
        if name == "on":
            return self._day_of(person).isoformat()
        value = self.chance.choice(known[name])
        if name in ("arrested", "released") and self.chance.random() < 0.5:
            return f"{int(value) - self.chance.randint(0, 2)}/{value}"
        return value

    def _day_of(self, person: int) -> date:
        """Return a day on which somebody may have been held."""
        detention = Detention.objects.published().filter(prisoner=person).first()
        first = (detention and detention.began_first) or date(2020, 1, 1)
        last = (detention and detention.ended_last) or self.day
        return first + timedelta(days=self.chance.randint(0, max((last - first).days - 1, 0)))

    def _page(self, filters: list[tuple[str, str]]) -> int:
        """Return one of the pages that the list is sure to have, by those of the sample in it."""
        if self.chance.random() > LATER:
            return 1
        # Nobody of the sample is known to be listed by a day, a status or a range of years.
        listed = sum(
            all(value in known[name] for name, value in filters if name in known)
            and all(name in known for name, _value in filters)
            for known in self.people.values()
        )
        if listed < SURE:
            return 1
        return self.chance.randint(1, max(int(listed * self.stands_for / PAGE / 2), 1))


@dataclass(frozen=True, slots=True)
class Query:
    """A name as somebody types it, how it came about, and the spelling that it was made from.

    Right is whoever has that spelling: of two people with one name, no query tells which is meant.
    """

    kind: str
    text: str
    spelling: str


class Spelling(NamedTuple):
    """A public spelling of somebody whose own name is in the language ``own``."""

    text: str
    script: str
    language: str
    own: str


# Alphabets: a slip in one of two Chinese characters makes another name, not a misspelt one.
ALPHABETS: Final = ("Latn", "Cyrl", "Arab", "Geor")
OF_PEOPLE: Final = (PrisonerName.Kind.OWN, PrisonerName.Kind.TRANSLITERATION)


def names(seed: str, count: int) -> list[Query]:
    """Return ``count`` queries of each kind, none of them twice."""
    chance = random.Random(seed)  # noqa: S311  # no secret
    queries: list[Query] = []
    seen: set[str] = set()
    spellings = list(_spellings(chance))
    for kind, make in KINDS.items():
        made = 0
        for spelling in chance.sample(spellings, len(spellings)):
            text = make(spelling, chance)
            if made < count and text and text not in seen:
                seen.add(text)
                queries.append(Query(kind, text, spelling.text))
                made += 1
    return chance.sample(queries, len(queries))


def _spellings(chance: random.Random) -> Iterator[Spelling]:
    """Yield one public spelling of each person of the sample."""
    by_person: dict[int, list[PrisonerName]] = defaultdict(list)
    of_people = PrisonerName.objects.published().filter(prisoner__in=sample(chance))
    for name in of_people.filter(kind__in=OF_PEOPLE).order_by("prisoner", "pk"):
        by_person[name.prisoner_id].append(name)
    for spelt in by_person.values():
        name = chance.choice(spelt)
        own = next((one.language for one in spelt if one.kind == PrisonerName.Kind.OWN), "")
        yield Spelling(name.text, name.script, name.language, own)


def _exact(spelling: Spelling, _chance: random.Random) -> str:
    return spelling.text


def _begun(spelling: Spelling, chance: random.Random) -> str:
    """The name as far as it was typed: at least four letters of its last word."""
    beginning, _space, last = spelling.text.rpartition(" ")
    if spelling.script not in ALPHABETS or len(last) < 6:
        return ""
    return f"{beginning} {last[: chance.randint(4, len(last) - 1)]}"


def _longest(text: str) -> tuple[str, str, str]:
    """Cut a name before and after its longest word."""
    word = max(text.split(), key=len)
    before, after = text.split(word, 1)
    return before, word, after


def _misspelt(spelling: Spelling, chance: random.Random) -> str:
    """One letter of the longest word, not its first, left out, doubled, or taken for another."""
    before, word, after = _longest(spelling.text)
    if spelling.script not in ALPHABETS or len(word) < 6:
        return ""
    place = chance.randrange(1, len(word))
    instead = chance.choice(["", word[place] * 2, chance.choice(word[1:])])
    changed = word[:place] + instead + word[place + 1 :]
    return "" if changed == word else before + changed + after


def _transposed(spelling: Spelling, chance: random.Random) -> str:
    """Two neighbouring letters of the longest word, not its first, in the wrong order."""
    before, word, after = _longest(spelling.text)
    if spelling.script not in ALPHABETS or len(word) < 6:
        return ""
    place = chance.randrange(1, len(word) - 1)
    changed = word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    return "" if changed == word else before + changed + after


def _reordered(spelling: Spelling, _chance: random.Random) -> str:
    words = spelling.text.split()
    return " ".join(reversed(words)) if len(words) > 1 else ""


def _other_script(spelling: Spelling, _chance: random.Random) -> str:
    """A Cyrillic name in Latin letters or a Latin one in Cyrillic, by a table of this file.

    Chinese and Korean names come out as others, letter by letter.
    """
    if spelling.script == "Cyrl" and spelling.own in ("be", "ru", "uk"):
        return _written(spelling.text, POLISH if len(spelling.text) % 2 else FRENCH)
    if spelling.script != "Latn" or spelling.own in ("zh", "ko"):
        return ""
    sounds = "es" if spelling.own == "es" else spelling.language
    return _written(spelling.text, {**FROM_LATIN, **FROM_LATIN_OF.get(sounds, {})})


def _with_patronymic(spelling: Spelling, chance: random.Random) -> str:
    """A Slavic name with a father's name in it, which the record does not have."""
    if spelling.language not in ("ru", "be", "uk") or spelling.script != "Cyrl":
        return ""
    given, _space, family = spelling.text.partition(" ")
    woman = given[-1:] in "аяь" and not given.endswith("ь")
    father = chance.choice(PATRONYMICS[spelling.language])
    return f"{given} {father[0 if woman else 1]} {family}" if family else ""


KINDS: Final[Mapping[str, Callable[[Spelling, random.Random], str]]] = {
    "exact": _exact,
    "half typed": _begun,
    "misspelt": _misspelt,
    "letters transposed": _transposed,
    "reordered": _reordered,
    "another script": _other_script,
    "with a patronymic": _with_patronymic,
}
# What recall is measured over; the beginning of a name may be that of many.
RECALLED: Final = ("misspelt", "letters transposed", "reordered", "another script")
PATRONYMICS: Final = {
    "ru": (("Ивановна", "Иванович"), ("Петровна", "Петрович"), ("Олеговна", "Олегович")),
    "be": (("Іванаўна", "Іванавіч"), ("Пятроўна", "Пятровіч"), ("Алегаўна", "Алегавіч")),
    "uk": (("Іванівна", "Іванович"), ("Петрівна", "Петрович"), ("Олегівна", "Олегович")),
}


def _table(text: str) -> dict[str, str]:
    words = text.split()
    return dict(zip(words[::2], ("" if word == "-" else word for word in words[1::2]), strict=True))


# As newspapers of these languages write names; neither is among the rules of the invented names.
POLISH: Final = _table(
    "а a б b в w г g ґ g д d е ie ё io є je ж ż з z и i і i ї ji й j к k л l м m н n о o п p р r "
    "с s т t у u ў u ф f х ch ц c ч cz ш sz щ szcz ъ - ы y ь - э e ю iu я ia ' -"
)
FRENCH: Final = _table(
    "а a б b в v г g ґ g д d е e ё io є ie ж j з z и i і i ї ï й ï к k л l м m н n о o п p р r "
    "с s т t у ou ў ou ф f х kh ц ts ч tch ш ch щ chtch ъ - ы y ь - э e ю iou я ia ' -"
)
# Latin letters as they are read in Russian, with what some languages read otherwise.
FROM_LATIN: Final = _table(
    "shch щ sch щ sh ш tch ч ch ч kh х zh ж gh г ts ц dz дз dj дж ya я yu ю yo ё ye е yy ый ia ия "
    "iu ю ou у a а b б c к d д e е f ф g г h х i и j дж k к l л m м n н o о p п q к r р s с t т "
    "u у v в w в x кс y и z з ' - ʼ - š ш č ч ž ж ŭ у"
)
_SLAVIC: Final = _table("j й ja я ju ю jo ё je е h г ch х c ц")
FROM_LATIN_OF: Final = {
    "be": _SLAVIC,
    "ru": {**_SLAVIC, **_table("h х ch ч c к")},
    "de": {**_SLAVIC, **_table("h х sch ш tsch ч schtsch щ s с")},
    "fr": _table("ch ш j ж"),
    "es": _table("j х lla лья ll ль ñ нь qu к ce се ci си gue ге gui ги z с h - ia ия y и"),
}


def _written(text: str, table: Mapping[str, str]) -> str:
    """Write a name by a table, the longest signs first; of š it may know only the s."""
    longest = max(map(len, table))
    left, written = "", []
    for letter in text.lower():
        left += letter if letter in table else unicodedata.normalize("NFKD", letter)[0]
    while left:
        sign = next(
            (left[:size] for size in range(longest, 0, -1) if left[:size] in table), left[0]
        )
        written.append(table.get(sign, sign))
        left = left[len(sign) :]
    return "".join(written).title()
