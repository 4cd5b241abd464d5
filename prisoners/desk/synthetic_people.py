"""Lives of people who do not exist, as rows that go into the database as they are.

People are made in blocks, and a block depends on the seed and its own number alone, so that any
number of processes can make them and the first thousand are the same however many follow.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from typing import Final, NamedTuple, TypeVar

from prisoners import dates
from prisoners.desk.synthetic_names import (
    CULTURES,
    FAMILIES,
    GIVEN,
    LATIN,
    Root,
    Writing,
    alias,
    family,
    spell,
)
from prisoners.models import (
    Detention,
    Disclosure,
    Prisoner,
    PrisonerName,
    Sentence,
    State,
)
from prisoners.models.base import ID_ALPHABET, ID_LENGTH

# What the keys of all top records begin with: it is how they are told from real ones.
KEY: Final = "invented-"
BLOCK: Final = 2000  # people
RELEASES: Final = 6  # a block
DESTINATIONS: Final = 4  # a release, at most
# Nothing invented happens later, so that the same seed gives the same lives on any day.
LAST_DAY: Final = date(2025, 12, 31).toordinal()
FIRST_DAY: Final = date(2010, 1, 1).toordinal()
LATEST_ARREST: Final = LAST_DAY - 30
# More than anybody has: numbers of a person's own records are counted from the person's.
MOST_NAMES: Final = 10
MOST_DETENTIONS: Final = 2

T = TypeVar("T")
Row = tuple[str | bytes | int | bool | None, ...]
Rows = dict[str, list[Row]]

# The columns of each kind of row, in the order in which they are written: what others hang on
# comes first. A date stands for three columns: its text, its first and its last day.
COLUMNS: Final = {
    "Release": ("id", "key", "state", "slug", "title", "country", "happened", "headcount",
                "announced_by_id", "context"),
    "ReleaseDestination": ("state", "release_id", "country", "headcount"),
    "Prisoner": ("id", "key", "state", "disclosure", "disclosure_reason", "slug", "public_id",
                 "gender", "birth", "death", "citizenships", "occupation",
                 "occupation_group"),
    "PrisonerName": ("id", "state", "disclosure", "disclosure_reason", "prisoner_id", "text",
                     "language", "script", "kind", "is_display", "filed_as", "sort_key"),
    "NameKey": ("name_id", "is_public", "key", "detail"),
    "Recognition": ("state", "prisoner_id", "organisation_id", "since", "definition"),
    "Detention": ("id", "state", "prisoner_id", "country", "began", "place",
                  "arresting_authority", "end_kind", "ended", "end_known_on", "last_confirmed"),
    "Placement": ("state", "disclosure", "disclosure_reason", "detention_id", "facility_id",
                  "began", "ended"),
    "Charge": ("state", "detention_id", "code", "article", "part", "standing", "standing_on"),
    "Sentence": ("state", "detention_id", "court", "passed", "kind", "years", "months", "regime"),
    "ReleaseOutcome": ("state", "release_id", "detention_id", "destination", "refused_to_leave",
                       "returned_to_custody", "already_free", "conviction_in_force"),
    "Citation": ("state", "source_id", "prisoner_id", "release_id"),
}  # fmt: skip

PUBLISHED: Final = State.PUBLISHED.value
DRAFT: Final = State.DRAFT.value
PUBLIC: Final = (Disclosure.PUBLIC.value, "")
WITHHELD: Final = (Disclosure.WITHHELD.value, "Invented: somebody asked for it.")
UNKNOWN: Final = (None, None, None)


def _spread(**parts: int) -> tuple[str, ...]:
    """Return each word as often as it is to be drawn."""
    return tuple(word for word, times in parts.items() for _time in range(times))


STATES: Final = _spread(published=93, draft=4, in_review=2, withdrawn=1)
CULTURE_OF: Final = tuple(
    number
    for number, culture in enumerate(CULTURES)
    for _time in range(
        {"be": 25, "ru": 20, "uk": 10, "ar": 10, "fa": 10, "zh": 10, "ko": 3, "ka": 6, "es": 6}[
            culture.name
        ]
    )
)
ENDS: Final = _spread(
    released=22, pardon=14, exchange=6, amnesty=12, term_served=26, acquittal=4, dropped=4,
    parole=6, deported=3, escaped=1,
)  # fmt: skip
FREED_TOGETHER: Final = (
    Detention.EndKind.PARDON.value,
    Detention.EndKind.AMNESTY.value,
    Detention.EndKind.EXCHANGE.value,
)
DIED: Final = Detention.EndKind.DIED.value
STANDINGS: Final = _spread(convicted=62, charged=22, dropped=6, acquitted=4, quashed=6)
SENTENCES: Final = _spread(
    imprisonment=78, restriction=10, fine=4, life=2, treatment=3, death=1, other=2
)
IMPRISONMENT: Final = Sentence.Kind.IMPRISONMENT.value
TIMED: Final = (IMPRISONMENT, Sentence.Kind.RESTRICTION.value)
REGIMES: Final = ("", *Sentence.Regime.values)
OCCUPATIONS: Final = (
    ("", ""), ("", ""), ("", ""), ("", ""), ("teacher", "education"), ("engineer", "technology"),
    ("journalist", "media"), ("student", "study"), ("physician", "medicine"), ("lawyer", "law"),
    ("driver", "work"), ("programmer", "technology"), ("factory worker", "work"),
    ("blogger", "media"), ("trade unionist", "activism"), ("farmer", "work"),
    ("nurse", "medicine"), ("musician", "art"), ("entrepreneur", "business"),
    ("historian", "education"), ("electrician", "work"), ("pensioner", ""),
    ("photographer", "media"), ("poet", "art"), ("chess coach", "other"),
)  # fmt: skip
ALIASES: Final = (
    "Nobody", "Paper Boat", "Quiet Kettle", "Blue Ladder", "Thursday", "Tin Whistle", "Snow Pea",
)  # fmt: skip
OWN, TRANSLITERATION, BIRTH, ALIAS = (
    kind.value
    for kind in (
        PrisonerName.Kind.OWN,
        PrisonerName.Kind.TRANSLITERATION,
        PrisonerName.Kind.BIRTH,
        PrisonerName.Kind.ALIAS,
    )
)
# A name that is not the one to show, in each culture's own spelling.
UNSHOWN: Final = tuple(
    replace(next(one for one in culture.writings if one.own), shown=False) for culture in CULTURES
)
NICKNAME: Final = Writing("en", LATIN)
PAIRS: Final = tuple(one + other for one in ID_ALPHABET for other in ID_ALPHABET)
ABROAD: Final = ("LT", "PL", "DE", "GE", "TR", "US", "QA", "ES")


@dataclass(frozen=True, slots=True)
class Shared:
    """The numbers of the records that all invented people share."""

    source: int
    organisations: tuple[int, ...]
    facilities: dict[str, tuple[int, ...]]


@dataclass(slots=True)
class _Release:
    """A release of a block, and how many places are left in it and for each destination."""

    number: int
    country: str
    day: int
    end_kind: str
    left: int
    destinations: dict[str, int] = field(default_factory=dict)


class _Held(NamedTuple):
    """What a detention and its parts have in common."""

    number: int
    state: str
    country: str


class _End(NamedTuple):
    """How a detention ended; no day and no kind while it has not."""

    day: int | None = None
    kind: str = ""
    release: _Release | None = None


@lru_cache(maxsize=65_536)
def moment(text: str) -> Row:
    """Return a date as its three columns."""
    interval = dates.parse(text)
    if interval is None:
        return UNKNOWN
    return (
        interval.text,
        interval.first.isoformat() if interval.first else None,
        interval.last.isoformat() if interval.last else None,
    )


def _on(day: int) -> Row:
    return moment(date.fromordinal(day).isoformat())


def _year(day: int) -> Row:
    return moment(str(date.fromordinal(day).year))


def public_id(number: int) -> str:
    """Return the public id of an invented person: its own for each, and in no visible order."""
    # An odd factor makes each number of 40 bits another one.
    left = (number * 0x9E37_79B9_7F + 0x51_7CC1_B727) % len(PAIRS) ** (ID_LENGTH // 2)
    pairs = []
    for _pair in range(ID_LENGTH // 2):
        left, place = divmod(left, len(PAIRS))
        pairs.append(PAIRS[place])
    return "".join(pairs)


def invent(seed: int, block: int, count: int, shared: Shared) -> Rows:
    """Return the rows of the first ``count`` people of a block."""
    maker = _Block(seed, block, shared)
    for number in range(block * BLOCK, block * BLOCK + count):
        maker.person(number)
    return dict(maker.rows)


class _Block:
    def __init__(self, seed: int, block: int, shared: Shared) -> None:
        # Not secret: the same seed is to give the same people.
        self.random = random.Random(f"{seed} {block}").random  # noqa: S311  # no secret
        self.shared = shared
        self.rows: Rows = defaultdict(list)
        self.releases = [self._release(block * RELEASES + one) for one in range(RELEASES)]

    # Chance

    def _pick(self, choices: Sequence[T]) -> T:
        return choices[int(self.random() * len(choices))]

    def _happens(self, per_mille: int) -> bool:
        return self.random() * 1000 < per_mille

    def _between(self, low: int, high: int) -> int:
        """Return a whole number of a range, both ends included; ``low`` where it is empty."""
        return low + int(self.random() * (high - low + 1)) if high > low else low

    def _told(self, day: int) -> Row:
        """Return a day as somebody tells it: it is always among the days that may be meant."""
        text = date.fromordinal(day).isoformat()
        chance = self.random()
        if chance < 0.72:
            return moment(text)
        if chance < 0.84:
            return moment(text[:7])
        if chance < 0.91:
            return moment(text[:4])
        if chance < 0.94:
            return moment(f"{text}?")
        if chance < 0.96:
            return moment(f"{text[:7]}~")
        if chance < 0.97:
            return moment(f"{text}/{date.fromordinal(day + 3).isoformat()}")
        return UNKNOWN

    def _disclosure(self, per_mille: int) -> tuple[str, str]:
        return WITHHELD if self._happens(per_mille) else PUBLIC

    # Records

    def _release(self, number: int) -> _Release:
        number += 1
        day = self._between(FIRST_DAY + 1000, LAST_DAY)
        headcount = self._between(20, 160)
        country = self._pick(CULTURES[self._pick(CULTURE_OF)].countries)
        release = _Release(number, country, day, self._pick(FREED_TOGETHER), headcount)
        state = DRAFT if self._happens(50) else PUBLISHED
        key = f"{KEY}release-{number:06d}"
        self.rows["Release"].append(
            (number, key, state, key, f"Invented release {number}", country, *_on(day), headcount,
             self._pick(self.shared.organisations), "Nothing of this happened.")
        )  # fmt: skip
        left = headcount
        for to in dict.fromkeys([country, *(self._pick(ABROAD) for _time in range(3))]):
            if people := self._between(0, left // 2):
                left -= people
                release.destinations[to] = people
                self.rows["ReleaseDestination"].append((state, number, to, people))
        self.rows["Citation"].append((state, self.shared.source, None, number))
        return release

    def person(self, number: int) -> None:
        """Add the person of a number, from 0, with all that belongs to them."""
        culture = self._pick(CULTURE_OF)
        woman = self._happens(220)
        state = self._pick(STATES)
        of_parts = PUBLISHED if state == State.WITHDRAWN.value else state
        person = number + 1
        disclosure = self._disclosure(20)
        is_public = state == PUBLISHED and disclosure == PUBLIC
        address = self._names(person, of_parts, culture, woman, is_public)
        died = self._detentions(person, of_parts, self._pick(CULTURES[culture].countries))
        self._recognitions(person, of_parts)
        self.rows["Prisoner"].append(
            (person, f"{KEY}{person:09d}", state, *disclosure, f"{address}-{person}",
             public_id(number), self._gender(woman), *self._birth(), *died,
             self._pick(CULTURES[culture].countries) if self._happens(850) else "",
             *self._pick(OCCUPATIONS))
        )  # fmt: skip
        self.rows["Citation"].append((of_parts, self.shared.source, person, None))

    def _gender(self, woman: bool) -> str:
        if self._happens(40):
            return Prisoner.Gender.OTHER.value if self._happens(100) else ""
        return Prisoner.Gender.FEMALE.value if woman else Prisoner.Gender.MALE.value

    def _birth(self) -> Row:
        if self._happens(300):
            return UNKNOWN
        day = self._between(FIRST_DAY - 26_000, FIRST_DAY - 3_000)
        return _year(day) if self._happens(400) else self._told(day)

    def _names(self, person: int, state: str, culture: int, woman: bool, is_public: bool) -> str:
        """Add a person's spellings; return what their address begins with."""
        writings = CULTURES[culture].writings
        family_name = self._family(culture, woman)
        given_name = self._pick(GIVEN[culture][0 if woman else 1])
        spelt = [
            (spell(family_name, given_name, one), one, OWN if one.own else TRANSLITERATION)
            for one in writings
            if one.share == 100 or self._happens(one.share * 10)
        ]
        if woman and self._happens(60):
            before = spell(self._family(culture, woman), given_name, UNSHOWN[culture])
            spelt.append((before, UNSHOWN[culture], BIRTH))
        if self._happens(60):
            spelt.append((alias(self._pick(ALIASES)), NICKNAME, ALIAS))
        seen: set[tuple[str, str]] = set()
        names, keys = self.rows["PrisonerName"], self.rows["NameKey"]
        for place, (spelling, writing, kind) in enumerate(spelt):
            # Two rules may give one spelling.
            if (spelling.text, writing.language) in seen:
                continue
            seen.add((spelling.text, writing.language))
            name = person * MOST_NAMES + place
            disclosure = self._disclosure(5) if place else PUBLIC
            names.append(
                (name, state, *disclosure, person, spelling.text, writing.language,
                 writing.script, kind, writing.shown, spelling.filed_as, spelling.sort_key)
            )  # fmt: skip
            # A number, as SQLite stores it: the driver would convert it for each of the keys.
            is_shown = int(is_public and disclosure == PUBLIC)
            keys.extend([(name, is_shown, key, detail) for key, detail in spelling.entries])
        return spelt[0][0].address

    def _family(self, culture: int, woman: bool) -> Root:
        # The first ones are the commonest, as with real family names.
        return family(culture, int(FAMILIES * self.random() ** 2), woman)

    def _recognitions(self, person: int, state: str) -> None:
        organisations = self.shared.organisations
        how_many = self._pick((0, 0, 0, 0, 0, 1, 1, 1, 1, 2))
        begin = self._between(0, len(organisations) - 1)
        for place in range(begin, begin + how_many):
            since = self._told(self._between(FIRST_DAY + 4000, LAST_DAY))
            definition = "Invented definition" if self._happens(500) else ""
            self.rows["Recognition"].append(
                (state, person, organisations[place % len(organisations)], *since, definition)
            )

    # Detentions

    def _detentions(self, person: int, state: str, country: str) -> Row:
        """Add one or two detentions; return when the person died, as a date's columns."""
        held = _Held(person * MOST_DETENTIONS, state, country)
        began = LATEST_ARREST - int((LATEST_ARREST - FIRST_DAY) * self.random() ** 1.6)
        if self._happens(150):
            freed = self._detention(person, held, began, self._freed(held, began, 700))
            if freed > LATEST_ARREST:
                return UNKNOWN
            held = held._replace(number=held.number + 1)
            began = self._between(freed, min(freed + 900, LATEST_ARREST))
        if self._happens(500):
            self._detention(person, held, began, _End())
            return UNKNOWN
        if self._happens(60):
            end = _End(self._end_day(began, 2500), DIED)
            return _on(self._detention(person, held, began, end))
        freed = self._detention(person, held, began, self._freed(held, began, 2500))
        return self._told(self._between(freed, LAST_DAY)) if self._happens(10) else UNKNOWN

    def _end_day(self, began: int, longest: int) -> int:
        return min(LAST_DAY, began + 1 + int(longest * self.random() ** 2))

    def _freed(self, held: _Held, began: int, longest: int) -> _End:
        """Return how a detention ends in freedom: in one of the releases, or alone."""
        for release in self.releases:
            fits = release.country == held.country and release.day > began and release.left
            if fits and self._happens(400):
                release.left -= 1
                return _End(release.day, release.end_kind, release)
        return _End(self._end_day(began, longest), self._pick(ENDS))

    def _detention(self, person: int, held: _Held, began: int, end: _End) -> int:
        """Add a detention with its parts; return the last day of it that there is."""
        last = end.day or LAST_DAY
        already_free = end.release is not None and self._happens(20)
        if already_free:
            last = self._between(began, last)
        told = _on(last) if end.release or end.kind == DIED else self._told(last)
        known_on = date.fromordinal(min(last + self._between(0, 60), LAST_DAY)).isoformat()
        began_told = self._told(began)
        self.rows["Detention"].append(
            (held.number, held.state, person, held.country, *began_told,
             f"Invented Town {self._between(1, 60)}" if self._happens(400) else "",
             "Invented police" if self._happens(300) else "", end.kind,
             *(told if end.day else UNKNOWN), known_on if end.day else None,
             *self._confirmed(began, last if end.day else None))
        )  # fmt: skip
        self._placements(held, began, last)
        self._law(held, began, last)
        if end.release:
            self._outcome(held, end.release, already_free)
        return last

    def _confirmed(self, began: int, ended: int | None) -> Row:
        """Return the day on which a detention was last confirmed: recent, long ago or never."""
        if ended:
            return self._told(self._between(began, ended)) if self._happens(300) else UNKNOWN
        chance = self.random()
        if chance < 0.15:
            return UNKNOWN
        if chance < 0.35:
            return self._told(self._between(began, began + (LAST_DAY - began) // 4))
        return self._told(self._between(max(began, LAST_DAY - 150), LAST_DAY))

    def _placements(self, held: _Held, began: int, ended: int) -> None:
        facilities = self.shared.facilities[held.country]
        for _place in range(self._pick((0, 1, 1, 1, 2))):
            left = self._between(began, ended)
            self.rows["Placement"].append(
                (held.state, *self._disclosure(10), held.number, self._pick(facilities),
                 *self._told(began), *(self._told(left) if self._happens(600) else UNKNOWN))
            )  # fmt: skip
            began = left

    def _law(self, held: _Held, began: int, ended: int) -> None:
        charges = self._pick((0, 0, 1, 1, 1, 1, 1, 2, 2, 3))
        for _charge in range(charges):
            day = self._told(self._between(began, min(ended, began + 300)))
            part = self._pick(("", "", "1", "2", "3"))
            self.rows["Charge"].append(
                (held.state, held.number, "Invented Code", str(self._between(100, 400)), part,
                 self._pick(STANDINGS), *day)
            )  # fmt: skip
        if not charges or self._happens(250):
            return
        kind = self._pick(SENTENCES)
        timed = kind in TIMED
        self.rows["Sentence"].append(
            (held.state, held.number,
             f"Invented Court {self._between(1, 30)}" if self._happens(700) else "",
             *self._told(self._between(began, min(ended, began + 500))), kind,
             1 + int(15 * self.random() ** 2) if timed else None,
             self._between(1, 11) if timed and self._happens(300) else None,
             self._pick(REGIMES) if kind == IMPRISONMENT else "")
        )  # fmt: skip

    def _outcome(self, held: _Held, release: _Release, already_free: bool) -> None:
        refused = self._yes_no(20, 150)
        places = [country for country, left in release.destinations.items() if left]
        destination = ""
        if places and not refused and self._happens(800):
            destination = self._pick(places)
            release.destinations[destination] -= 1
        self.rows["ReleaseOutcome"].append(
            (held.state, release.number, held.number, destination, refused, self._yes_no(15, 100),
             True if already_free else self._yes_no(0, 200), self._yes_no(300, 100))
        )  # fmt: skip

    def _yes_no(self, yes: int, no: int) -> bool | None:
        """Return yes and no in so many of a thousand cases, and otherwise that it is not stated."""
        chance = self.random() * 1000
        return True if chance < yes else False if chance < yes + no else None
