"""Given names: which spellings are forms of one name, and so which are different names."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from importlib.resources import files

from .letters import key, readings

_VOWELS = "aiu"
# A form has few readings; the first two are those that a table in known spellings needs.
_READINGS = 2

_heads: list[str] = []
_spoken: list[str] = []


def _load(
    lines: Iterable[str],
) -> tuple[Mapping[str, frozenset[int]], Mapping[str, frozenset[int]]]:
    forms: defaultdict[str, set[int]] = defaultdict(set)
    stems: defaultdict[str, set[int]] = defaultdict(set)
    for line in lines:
        words = line.lower().lstrip("+").split()
        sound = readings(words[0], 1)[0]
        head = key(sound)
        if line.startswith("+") and head in forms:
            number = min(forms[head])
        else:
            number = len(_heads)
            _heads.append(head)
            _spoken.append(sound)
        for form in words:
            for sounds in readings(form)[:_READINGS]:
                # What a reading leaves of a short form (José, Zoe) may be anybody's.
                if len(folded := key(sounds)) > (1 if len(form) < 4 else 2):
                    forms[folded].add(number)
                    stems[folded.rstrip(_VOWELS)].add(number)
    return (
        {k: frozenset(v) for k, v in forms.items()},
        {k: frozenset(v) for k, v in stems.items()},
    )


_TABLE = files(__package__).joinpath("given_names.txt").read_text("utf-8")
_FORMS, _STEMS = _load(line for line in _TABLE.splitlines() if not line.startswith("#"))
_NONE = frozenset[int]()


def of(sounds: str) -> frozenset[int]:
    """The given names (by number) that these sounds may be a form of."""
    return _FORMS.get(key(sounds), _NONE)


def of_stem(sounds: str) -> frozenset[int]:
    """The given names that a patronymic with this stem may be made from."""
    return _STEMS.get(key(sounds).rstrip(_VOWELS), _NONE)


def spoken(number: int) -> str:
    """The sounds of a name's first form, which stands for all its forms."""
    return _spoken[number]


def label(sounds: str) -> str:
    """One key for all forms of a given name; the plain key if unknown or ambiguous."""
    plain = key(sounds)
    numbers = _FORMS.get(plain, _NONE)
    return _heads[min(numbers)] if len(numbers) == 1 else plain


def is_given(folded: str) -> bool:
    """Whether a folded word is a known given name."""
    return folded in _FORMS
