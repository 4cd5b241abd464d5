"""How alike two names are."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, pairwise, permutations

from rapidfuzz.distance import Levenshtein

from . import east_asia
from .folding import Word, consonants, split, word
from .letters import Script, pinyin, tibetan

# At this score and above two names are taken for one person's. Chosen by cross-validation:
# docs/names.md.
THRESHOLD = 0.62

# More words than this are compared greedily: 24 orders are tried, not 40,320.
_TRY_ALL = 4
# Scripts that tell less of the sound bring true pairs less close; the root levels them. Chosen with
# the threshold.
_LEVELLED = {
    Script.OTHER_ALPHABET: 0.8,
    Script.ABJAD: 0.6,
    Script.SYLLABIC: 0.55,
    Script.HANGUL: 0.55,
    Script.HAN: 0.55,
}

_closeness = Levenshtein.normalized_similarity


@dataclass(frozen=True, slots=True)
class Name:
    """A name taken apart: the words that make it, a patronymic, initials.

    ``native`` are its readings where it is in Hangul or in Chinese characters.
    """

    core: tuple[Word, ...]
    patronymic: Word | None
    initials: tuple[Word, ...]
    texts: tuple[str, ...]
    native: Mapping[str, east_asia.Split]


@lru_cache(maxsize=32768)
def parse(text: str) -> Name:
    chunks = split(text)
    words = [[word(part) for part in parts] for parts in chunks]
    full = [w for w in words if not (len(w) == 1 and (w[0].is_initial or w[0].is_particle))]
    patronymic = None
    if len(full) == 3:
        for middle in (full[1], full[2]):
            if len(middle) == 1 and middle[0].is_patronymic:
                patronymic = middle[0]
                full.remove(middle)
                break
    core = [part for parts in full for part in parts]
    if len(core) > 2:
        core = [w for w in core if not w.is_particle] or core
    if not core:
        core = [part for parts in words for part in parts if part.is_particle]
    initials = [w[0] for w in words if len(w) == 1 and w[0].is_initial]
    texts = tuple(p for parts in chunks for p in parts)
    return Name(tuple(core), patronymic, tuple(initials), texts, east_asia.native(texts))


def _words(a: Word, b: Word) -> float:
    return 1.0 if a.text == b.text else _other_words(a.text, b.text)


# Names that are compared with each other share their words with many: a family, a given name.
@lru_cache(maxsize=131072)
def _other_words(one: str, other: str) -> float:
    a, b = word(one), word(other)
    if a.names & b.names:
        return 1.0
    # Two known names, or sons of two known names, that are not one are evidence against.
    known = (a.names and b.names) or (a.father and b.father and not a.father & b.father)
    scripts = max(a.script, b.script)
    best = 0.0
    if scripts is not Script.ABJAD:
        for x in a.fine:
            for y in b.fine:
                best = max(best, _closeness(x, y))
    if a.is_pinyin is not b.is_pinyin and scripts is Script.LATIN:
        # Tibetan and Uyghur names that went through Chinese characters.
        characters, own = (a, b) if a.is_pinyin else (b, a)
        classes = _closeness(consonants(pinyin(characters.text)), consonants(tibetan(own.text)))
        return min(max(best**2, 0.7 * classes + 0.3 * best), 0.45 if known else 1.0)
    if scripts <= Script.CYRILLIC:
        # Both spell the sounds, so that what differs does differ: Федоров, Федотов.
        best **= 2
    if scripts >= Script.OTHER_ALPHABET:
        bones = max(_closeness(x, y) for x in a.bones for y in b.bones)
        # A transcription keeps the first consonant truest.
        if not {x[:1] for x in a.bones} & {y[:1] for y in b.bones}:
            best *= 0.75
            bones *= 0.75
        best = bones if scripts is Script.ABJAD else 0.5 * best + 0.5 * bones
        best **= _LEVELLED[scripts]
    return min(best, 0.45) if known else best


def _best_order(rows: Sequence[Sequence[float]], width: int) -> list[float]:
    """The similarities of the best one-to-one pairing; no more rows than columns."""
    if len(rows) == width == 2:
        # Of nearly all names: the same as below, without going through a list of orders.
        (a, b), (c, d) = rows
        lower, other = (a if a < d else d), (b if b < c else c)
        if lower == other:
            return [a, d] if a + d >= b + c else [b, c]
        return [a, d] if lower > other else [b, c]
    if width <= _TRY_ALL:
        return max(
            (
                [row[i] for row, i in zip(rows, order, strict=True)]
                for order in permutations(range(width), len(rows))
            ),
            key=lambda s: (min(s), sum(s)),
        )
    pairs = sorted(
        ((s, i, j) for i, row in enumerate(rows) for j, s in enumerate(row)), reverse=True
    )
    used: set[int] = set()
    taken: dict[int, float] = {}
    for s, i, j in pairs:
        if i not in taken and j not in used:
            taken[i] = s
            used.add(j)
    return list(taken.values())


def _together(similarities: Sequence[float]) -> float:
    # The weakest pair decides: brothers share all but one name.
    return 0.8 * min(similarities) + 0.2 * sum(similarities) / len(similarities)


def _merged(words: Sequence[Word], count: int) -> list[list[Word]]:
    """Neighbours written together (Tae-whan, Taewhan) until ``count`` words are left."""
    out = []
    for cuts in combinations(range(1, len(words)), count - 1):
        edges = [0, *cuts, len(words)]
        out.append(
            [
                words[i] if j - i == 1 else word("".join(w.text for w in words[i:j]))
                for i, j in pairwise(edges)
            ]
        )
    return out


def _core(a: Sequence[Word], b: Sequence[Word]) -> float:
    """``a`` has no more words than ``b``."""
    whole = _together(_best_order([[_words(x, y) for y in b] for x in a], len(b)))
    extra = len(b) - len(a)
    if not extra:
        return whole
    whole *= (1 - 0.04 * extra) if len(a) > 1 else 0.6
    if len(b) <= _TRY_ALL + 1:
        for merged in _merged(b, len(a)):
            rows = [[_words(x, y) for y in merged] for x in a]
            whole = max(whole, 0.97 * _together(_best_order(rows, len(merged))))
    return whole


def _initials(family: Word, name: Name, initials: Sequence[Word]) -> float:
    """One surname with initials against a name in full."""
    best = 0.0
    for position, candidate in enumerate(name.core):
        rest = [w for i, w in enumerate(name.core) if i != position]
        clash = {family.gender, candidate.gender} == {"f", "m"}
        if rest and not clash and rest[0].letters & initials[0].letters:
            best = max(best, 0.2 + 0.65 * _words(family, candidate))
    patronymic = name.patronymic.letters if name.patronymic and len(initials) > 1 else None
    if patronymic and not patronymic & initials[1].letters:
        best *= 0.6
    return best


def _splits(a: east_asia.Split, b: east_asia.Split) -> float:
    # Syllables are few and short: a near miss is another name (Yan, Yang).
    return _together([_closeness(x, y) ** 3 for x, y in zip(a, b, strict=True)])


def _east_asian(native: Mapping[str, east_asia.Split], other: Name) -> float:
    """A name in Hangul or Chinese characters against one in Latin letters."""
    return max(
        (
            _splits(split, candidate)
            for style, split in native.items()
            for candidate in east_asia.romanised(other.texts, style)
        ),
        default=0.0,
    )


def _patronymics(a: Word, b: Word) -> float:
    if a.gender != b.gender:
        return 0.5
    if a.father and b.father:
        return 1.0 if a.father & b.father else 0.6
    return 1.0 if _words(a, b) >= 0.7 else 0.6


def _may_abbreviate(a: Name, b: Name) -> bool:
    """Two surnames with initials: do the initials agree, and does one ending not say otherwise?"""
    if any(not x.letters & y.letters for x, y in zip(a.initials, b.initials, strict=False)):
        return False
    genders = {a.core[0].gender, b.core[0].gender}
    return genders != {"f", "m"}


@lru_cache(maxsize=65536)
def _compare(x: str, y: str) -> float:
    return _alike(parse(x), parse(y))


def _alike(a: Name, b: Name) -> float:
    if not a.core or not b.core:
        return 0.0
    if len(a.core) > len(b.core):
        a, b = b, a
    if len(a.core) == 1 and a.initials and len(b.core) > 1:
        return _initials(a.core[0], b, a.initials)
    result = 0.0
    if a.native and b.native:
        style = "zh" if "zh" in a.native and "zh" in b.native else "ko"
        return _splits(a.native[style], b.native[style])
    for one, two in ((a, b), (b, a)):
        if one.native and two.core[0].script is Script.LATIN:
            result = _east_asian(one.native, two)
            if not east_asia.maybe_foreign(one.texts):
                return result
    result = max(result, _core(a.core, b.core))
    if a.patronymic and b.patronymic:
        agreement = _patronymics(a.patronymic, b.patronymic)
        # A third name that agrees makes a slip in another one likelier.
        result = result * agreement if agreement < 1 else result + 0.2 * (1 - result)
    if len(b.core) == 1 and a.initials and b.initials and not _may_abbreviate(a, b):
        result *= 0.5
    return result


def score(a: str, b: str) -> float:
    """How likely two names are one person's, 0 to 1; the same whichever comes first."""
    return _compare(a, b) if a <= b else _compare(b, a)


def scorer(most: int) -> Callable[[str, str], float]:
    """Return ``score`` for comparing very many names: it keeps up to ``most`` of them taken apart.

    Each is compared with many others, and to take it apart takes longer than all of that.
    """
    kept = lru_cache(maxsize=most)(parse.__wrapped__)

    @lru_cache(maxsize=65536)
    def compared(x: str, y: str) -> float:
        return _alike(kept(x), kept(y))

    return lambda a, b: compared(a, b) if a <= b else compared(b, a)


def same(a: str, b: str) -> bool:
    return score(a, b) >= THRESHOLD
