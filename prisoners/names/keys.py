"""What an index stores of a name, and what it is asked for, so that few names are compared.

An entry is a key and a detail. A *written* entry has one word as its key and the other words as
its detail, so that a name is found as it is typed, whichever word comes first. A *sound* entry has
the skeletons of two words as its key, so that spellings of one name meet under it, and the two
words as its detail, by which the nearest are picked out of many.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, permutations, product

from . import east_asia, given
from .comparing import Name, parse
from .folding import run_together, split, word, words_of
from .letters import Script, key, readings, script_of, single

# Longer skeletons tell no more people apart and miss more spellings of one.
LENGTH = 4
# A word has at most so many skeletons, and a name so many words and entries: others are left out.
SKELETONS = 3
WORDS = 4
ENTRIES = 48

Entry = tuple[str, str]

_VOWELS = frozenset("aeiou")
_SKELETON = str.maketrans(
    {
        **dict(zip("pbfvwkgxhtdcszSZCJlrmn", "PPPVVKKKKTTSSSSSSSLLMN", strict=True)),
        **dict.fromkeys("aeiou_"),
    }
)
_BONES = "AKLMNPST"
# Every letter that a folded word has.
_LETTERS = "abdfgiklmnprstuvzčš"


def skeleton(sounds: str) -> str:
    """Consonants in coarse classes without v; any vowel at the beginning is ``A``."""
    bones = sounds.translate(_SKELETON)
    # ў, ו and و are a vowel as often as a consonant.
    bones = single(bones[:1] + bones[1:].replace("V", ""))
    return ("A" + bones if sounds[:1] in _VOWELS else bones)[:LENGTH]


@dataclass(frozen=True, slots=True)
class Part:
    """A word of a name: as it is written, as all forms of a given name are, and its skeletons."""

    plain: str
    label: str
    skeletons: tuple[str, ...]


@lru_cache(maxsize=65536)
def _part(text: str) -> Part:
    known = word(text)
    # A given name in short form (Саша) shares no consonants with its full one.
    names = [given.spoken(number) for number in sorted(known.names)]
    return _of_sounds(known.sounds, [known.sounds[0], *names, *known.sounds])


def _of_sounds(sounds: Sequence[str], every: Sequence[str]) -> Part:
    skeletons = dict.fromkeys(filter(None, map(skeleton, every)))
    return Part(key(sounds[0]), given.label(sounds[0]), tuple(skeletons)[:SKELETONS])


@lru_cache(maxsize=8192)
def _native(family: str, given_name: str) -> tuple[Part, ...]:
    """Return a Chinese or Korean name that one style of reading made: family name, given name."""
    families = [sounds for part in east_asia.spellings(family) for sounds in readings(part)]
    parts = [_of_sounds(readings(family), families)]
    if given_name:
        parts.append(_of_sounds(readings(given_name), readings(given_name)))
    return tuple(parts)


def parts(name: Name) -> list[tuple[Part, ...]]:
    """Return the words of a name, in each way that it may be cut into words, likeliest first."""
    ways = []
    for family, given_name in east_asia.native(name.texts).values():
        ways.append(_native(family, given_name))
    words = name.core[:WORDS]
    if words and not (ways and not east_asia.maybe_foreign(name.texts)):
        ways.append(tuple(_part(one.text) for one in words))
    if len(words) > 2 and words[0].script is Script.LATIN:
        # Tae-whan Kim is Taewhan Kim.
        texts = [one.text for one in words]
        ways.append((_part(texts[0]), _part("".join(texts[1:]))))
        ways.append((_part("".join(texts[:-1])), _part(texts[-1])))
    return [way for way in dict.fromkeys(ways) if all(part.plain for part in way)]


def sound_key(one: str, other: str) -> str:
    """Return the key of two skeletons; the second is empty for a name of one word."""
    return f"{one} {other}"


def _written(way: Sequence[Part], place: int) -> str:
    """Return the words of a name with one of them first."""
    words = (way[place], *way[:place], *way[place + 1 :])
    return " ".join(part.plain for part in words)


def _entries(way: Sequence[Part]) -> Iterator[Entry]:
    if len(way) == 2:
        # Nearly all names.
        one, other = way
        yield one.plain, other.plain
        yield other.plain, one.plain
    else:
        for place, part in enumerate(way):
            yield part.plain, _written(way, place).partition(" ")[2]
    if len(way) == 1:
        for bones in way[0].skeletons:
            yield sound_key(bones, ""), way[0].label
    for one, other in permutations(way, 2):
        detail = f"{one.label} {other.label}"
        for two in product(one.skeletons, other.skeletons):
            yield sound_key(*two), detail


def plain_word(text: str) -> Part | None:
    """Return a word of a name that is read alike whatever stands beside it; None of all others.

    Others are several words with hyphens, initials, particles, titles, and signs of which it takes
    the whole name to tell where the family name ends.
    """
    chunks = split(text)
    if len(chunks) != 1 or len(chunks[0]) != 1:
        return None
    return _plain_word(chunks[0][0])


def _plain_word(cleaned: str) -> Part | None:
    known = word(cleaned)
    if known.is_initial or known.is_particle or known.script >= Script.HANGUL:
        return None
    part = _part(cleaned)
    return part if part.plain else None


def entries_of(one: Part, other: Part) -> tuple[Entry, ...]:
    """Return what an index stores of a name of two plain words; quicker than ``entries``."""
    return tuple(dict.fromkeys(_entries((one, other))))[:ENTRIES]


@lru_cache(maxsize=8192)
def entries(text: str) -> tuple[Entry, ...]:
    """Return what an index stores of a name. Empty for a text without letters.

    Patronymics stand in one written entry only; initials and particles in none.
    """
    chunks = split(text)
    if len(chunks) == 2 and len(chunks[0]) == len(chunks[1]) == 1:
        # Nearly all names: taken apart in no other way.
        one, other = _plain_word(chunks[0][0]), _plain_word(chunks[1][0])
        if one and other:
            return entries_of(one, other)
    name = parse(text)
    found: dict[Entry, None] = {}
    for way in parts(name):
        found.update(dict.fromkeys(_entries(way)))
    if name.patronymic is not None:
        written = [key(readings(part, 1)[0]) for part in name.texts if len(part) > 1]
        found[written[0], " ".join(written[1:])] = None
    return tuple(found)[:ENTRIES]


@lru_cache(maxsize=32768)
def labels(text: str) -> tuple[str, ...]:
    """Return every word of a name, folded, in the order written; as ``fold``, and quicker."""
    return tuple(label for part in parse(text).texts if (label := _part(part).label))


def labels_of_text(text: str) -> tuple[str, ...]:
    """Return every word of a text, folded as ``labels`` folds those of a name, however long it is.

    A name is not looked for in its first few words only.
    """
    return tuple(
        label for parts in words_of(text) for part in parts if (label := _part(part).label)
    )


def unspaced(name: str) -> str:
    """Return the letters of a name whose script puts no space between words; else nothing.

    In a text of that script no word begins with it.
    """
    letters = run_together(name)
    return letters if len(letters) > 1 and script_of(letters) > Script.ABJAD else ""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two words that a name is asked for by: the keys of their skeletons, and their labels."""

    one: Part
    other: Part

    @property
    def detail(self) -> str:
        return f"{self.one.label} {self.other.label}"

    @property
    def turned(self) -> "Pair":
        return Pair(self.other, self.one)

    @property
    def keys(self) -> list[str]:
        """The keys under which spellings of the two words are."""
        return [sound_key(*bones) for bones in product(self.one.skeletons, self.other.skeletons)]

    @property
    def near_keys(self) -> list[str]:
        """The keys under which they are where one skeleton is wrong by one consonant."""
        found: dict[str, None] = {}
        for one, other in product(self.one.skeletons[:1], self.other.skeletons[:1]):
            found.update(dict.fromkeys(sound_key(near, other) for near in near_skeletons(one)))
            found.update(dict.fromkeys(sound_key(one, near) for near in near_skeletons(other)))
        return list(found)


@lru_cache(maxsize=4096)
def near_skeletons(bones: str) -> tuple[str, ...]:
    """Return the skeletons of one consonant more, fewer or other, or of two in another order."""
    found: dict[str, None] = {}
    for place in range(len(bones) + 1):
        before, after = bones[:place], bones[place:]
        if after:
            # What was cut off the end comes into sight.
            found.update(dict.fromkeys(before + after[1:] + more for more in ("", *_BONES[1:])))
            found.update(dict.fromkeys(before + sign + after[1:] for sign in _BONES))
        found.update(dict.fromkeys(before + sign + after for sign in _BONES))
        if len(after) > 1:
            found[before + after[1] + after[0] + after[2:]] = None
    shapes = dict.fromkeys(single(one)[:LENGTH] for one in found)
    return tuple(one for one in shapes if one and one != bones and "A" not in one[1:])


@lru_cache(maxsize=4096)
def near_words(plain: str) -> tuple[str, ...]:
    """Return the folded words of one letter more, fewer or other, or of two in another order."""
    found: dict[str, None] = {}
    for place in range(len(plain) + 1):
        before, after = plain[:place], plain[place:]
        found.update(dict.fromkeys(before + letter + after for letter in _LETTERS))
        if after:
            found[before + after[1:]] = None
            found.update(dict.fromkeys(before + letter + after[1:] for letter in _LETTERS))
        if len(after) > 1:
            found[before + after[1] + after[0] + after[2:]] = None
    found.pop(plain, None)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Asked:
    """What an index is asked for by a name that somebody typed, or is typing."""

    ways: tuple[tuple[Part, ...], ...]
    # The words as they may begin, where the last one is still being typed.
    beginnings: tuple[str, ...]
    # Initials, folded: the other word of the name begins so.
    initials: tuple[str, ...] = ()

    @property
    def pairs(self) -> list[Pair]:
        return list(dict.fromkeys(Pair(*two) for way in self.ways for two in combinations(way, 2)))

    @property
    def words(self) -> dict[Part, str]:
        """Each word, with all that was typed in the order of its written entry."""
        found: dict[Part, str] = {}
        for way in self.ways:
            for place, part in enumerate(way):
                found.setdefault(part, _written(way, place))
        return found


@lru_cache(maxsize=1024)
def asked(text: str) -> Asked:
    """Return what to ask an index for; empty for a text without letters."""
    name = parse(text)
    written = [part for part in name.texts if len(part) > 1 or len(name.texts) == 1]
    if not written:
        return Asked((), ())
    *whole, last = written
    before = "".join(f"{key(readings(one, 1)[0])} " for one in whole)
    sounds = list(readings(last))
    if len(last) > 2:
        # The last letters may be the beginning of a longer sign: ``s`` of ``sh``.
        sounds += readings(last[:-1], 1)
    begun = dict.fromkeys(f"{before}{key(one)}" for one in sounds if key(one))
    initials = dict.fromkeys(key(one.sounds[0]) for one in name.initials)
    return Asked(tuple(parts(name)), tuple(begun), tuple(filter(None, initials)))
