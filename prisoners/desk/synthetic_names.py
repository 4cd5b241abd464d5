"""Names of people who do not exist, in many scripts, each spelling with what it is found by.

Family names are put together from syllables, so that they come from no list of people; Chinese
and Korean ones are everyday things that nobody is called by. Given names are common ones. The
same name is spelt by several rules of transliteration, as sources do, so that search can be
measured on it.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Final, NamedTuple

from anyascii import anyascii
from django.utils.text import slugify

from prisoners.alphabets import BETWEEN_WORDS, sort_key
from prisoners.models import PrisonerName
from prisoners.names.keys import Part, entries, entries_of, plain_word

# One syllable, or a whole given name, as each form of the culture writes it.
Syllable = tuple[str, ...]

FAMILIES: Final = 1000  # how many family names a culture has; the first ones are the commonest
VOWELS: Final = frozenset("аеёиоуыэюяіїєўьъ")

LATIN, CYRILLIC, ARABIC, HAN, HANGUL, GEORGIAN = (
    script.value
    for script in (
        PrisonerName.Script.LATIN,
        PrisonerName.Script.CYRILLIC,
        PrisonerName.Script.ARABIC,
        PrisonerName.Script.HAN,
        PrisonerName.Script.HANGUL,
        PrisonerName.Script.GEORGIAN,
    )
)


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """A transliteration: what each letter becomes, and what some become where a syllable begins."""

    letters: Mapping[str, str]
    open: Mapping[str, str] = field(default_factory=dict)

    def spell(self, word: str) -> str:
        spelt, before = [], ""
        for letter in word:
            begins = not before or before in VOWELS
            table = self.open if begins and letter in self.open else self.letters
            spelt.append(table.get(letter, letter))
            before = letter
        return "".join(spelt)


def _rule(table: str, begins: str = "", base: Rule | None = None) -> Rule:
    """Return the rule of ``а a ь -``: а becomes a, ь nothing; ``base`` gives what it leaves out."""
    letters, begin = (
        dict(zip(words[::2], ("" if word == "-" else word for word in words[1::2]), strict=True))
        for words in (table.split(), begins.split())
    )
    if base is None:
        return Rule(letters, begin)
    return Rule({**base.letters, **letters}, {**base.open, **begin})


# Russian: the systems of BGN/PCGN 1947, of passports (ICAO Doc 9303), ISO 9, German newspapers.
BGN_RU: Final = _rule(
    "а a б b в v г g д d е e ё e ж zh з z и i й y к k л l м m н n о o п p р r с s т t у u ф f "
    "х kh ц ts ч ch ш sh щ shch ъ - ы y ь - э e ю yu я ya",
    "е ye ё ye",
)
PASSPORT_RU: Final = _rule("й i ъ ie ю iu я ia е e", "е e ё e", BGN_RU)
ISO_9: Final = _rule("ж ž й j х h ц c ч č ш š щ ŝ э è ю û я â ё ë", "е e ё ë", BGN_RU)
GERMAN: Final = _rule(
    "в w ж sch з s й j х ch ц z ч tsch ш sch щ schtsch ю ju я ja", "е je ё jo", BGN_RU
)
# Belarusian: BGN/PCGN 1979 and the national instruction of 2007.
BGN_BE: Final = _rule("г h е ye ё yo і i ў w", "е ye ё yo", BGN_RU)
NATIONAL_BE: Final = _rule(
    "г h ж ž й j х ch ц c ч č ш š ў ŭ і i е ie ё io ю iu я ia", "е je ё jo ю ju я ja", BGN_RU
)
# Ukrainian: the Cabinet's resolution 55 of 2010, and letters taken for their Russian likes.
NATIONAL_UK: Final = _rule(
    "г h ґ g є ie и y і i ї i й i ю iu я ia", "є ye ї yi й y ю yu я ya е e", BGN_RU
)
LOOSE_UK: Final = _rule("г g ґ g є e и i і i ї i й y ю yu я ya", "є ye ї yi е e", BGN_RU)
# Georgian: the national system of 2002, the same as newspapers print it, and Russian practice.
NATIONAL_KA: Final = _rule(
    "ა a ბ b გ g დ d ე e ვ v ზ z თ t ი i კ k' ლ l მ m ნ n ო o პ p' ჟ zh რ r ს s ტ t' უ u ფ p "
    "ქ k ღ gh ყ q' შ sh ჩ ch ც ts ძ dz წ ts' ჭ ch' ხ kh ჯ j ჰ h"
)
PLAIN_KA: Final = _rule("კ k პ p ტ t ყ k წ ts ჭ ch", "", NATIONAL_KA)
RUSSIAN_KA: Final = _rule(
    "ა а ბ б გ г დ д ე е ვ в ზ з თ т ი и კ к ლ л მ м ნ н ო о პ п ჟ ж რ р ს с ტ т უ у ფ п ქ к "
    "ღ г ყ к შ ш ჩ ч ც ц ძ дз წ ц ჭ ч ხ х ჯ дж ჰ х"
)
# Arabic and Persian leave vowels out: these read a scholarly form that is never shown itself.
ENGLISH_AR: Final = _rule("š sh x kh ġ gh č ch ž zh ā a ī i ū u")
FRENCH_AR: Final = _rule("š ch č tch j dj ū ou u ou w ou", "", ENGLISH_AR)
RUSSIAN_AR: Final = _rule(
    "a а ā а i и ī и u у ū у e е o о b б p п t т j дж č ч h х x х d д r р z з ž ж s с š ш ġ г f ф "
    "q к k к g г l л m м n н w в v в y й"
)
PLAIN_ES: Final = _rule("á a é e í i ó o ú u ñ n")


@dataclass(frozen=True, slots=True, eq=False)
class Writing:
    """One way to write a culture's names: which form of a syllable, by which rule.

    ``share`` is how many people in a hundred have it.
    """

    language: str
    script: str
    form: int = 0
    rule: Rule | None = None
    share: int = 100
    shown: bool = False
    own: bool = False
    family_first: bool = False
    space: str = " "
    hyphen: str = ""


@dataclass(frozen=True, slots=True)
class Culture:
    """A language's names, how they are written, and the countries that its people are held in.

    A family name is one of each list of ``stems`` and an ending; endings and given names are for
    women and for men. The first writing is the one in Latin script that is shown in English.
    """

    name: str
    countries: tuple[str, ...]
    stems: tuple[tuple[Syllable, ...], ...]
    endings: tuple[tuple[Syllable, Syllable], ...]
    given: tuple[tuple[tuple[Syllable, ...], ...], tuple[tuple[Syllable, ...], ...]]
    writings: tuple[Writing, ...]


class Word(NamedTuple):
    """A word of a name as it is written, sorted, and put into an address.

    ``plain``: what it is found by; None where that takes the whole name.
    """

    text: str
    sorted_as: str
    address: str
    plain: Part | None


def _table(text: str) -> tuple[Syllable, ...]:
    """Read ``va=ва li=ли``: syllables apart by spaces, the forms of each by ``=``."""
    return tuple(tuple(entry.split("=")) for entry in text.split())


def _names(text: str) -> tuple[tuple[Syllable, ...], ...]:
    return tuple((one,) for one in _table(text))


def _pairs(text: str) -> tuple[tuple[Syllable, Syllable], ...]:
    """Read ``ская=ская/скі=ский``: an ending for women and one for men; one alone is for both."""
    return tuple(
        (_table(women)[0], _table(men or women)[0])
        for women, _slash, men in (entry.partition("/") for entry in text.split())
    )


_SLAVIC_STEMS: Final = (
    _table(
        "бра=бро=бро ва=во=во гру=гру=гру дзі=ди=ди за=за=за ка=ко=ко кры=кры=кри лю=лю=лю "
        "ма=мо=мо мя=ме=ме не=не=не па=по=по ра=ро=ро свя=све=све сту=сту=сту та=то=то "
        "хма=хмо=хмо шы=ши=ши жу=жу=жу ця=те=те"
    ),
    _table(
        "ба=ба=ба бі=би=бі га=го=го да=до=до ка=ка=ка лі=ли=лі ла=ла=ла му=му=му на=на=на "
        "ня=не=не пу=пу=пу ры=ри=ри ра=ра=ра сі=си=сі со=со=со ты=ты=ти цю=тю=тю ша=ша=ша"
    ),
    _table(
        "бел=бел=бел вік=вик=вик гарн=горн=горн дол=дол=дол жук=жук=жук кат=кат=кат лут=лут=лут "
        "мін=мин=мін нос=нос=нос плат=плот=плот рын=рын=рин сталь=столь=столь тур=тур=тур "
        "халм=холм=холм чарн=черн=черн шкур=шкур=шкур"
    ),
)
_SLAVIC_ENDINGS: Final = _pairs(
    "оўская=овская=овська/оўскі=овский=овський овіч=ович=ович ава=ова=ова/аў=ов=ов "
    "енка=енко=енко ук=ук=ук іна=ина=іна/ін=ин=ін эвіч=евич=евич"
)
_SLAVIC_GIVEN: Final = (
    _names(
        "алена=елена=олена ганна=анна=ганна вольга=ольга=ольга марыя=мария=марія "
        "кацярына=екатерина=катерина наталля=наталья=наталія святлана=светлана=світлана "
        "таццяна=татьяна=тетяна ірына=ирина=ірина юлія=юлия=юлія дар'я=дарья=дарія "
        "людміла=людмила=людмила вера=вера=віра надзея=надежда=надія"
    ),
    _names(
        "аляксандр=александр=олександр андрэй=андрей=андрій мікалай=николай=микола "
        "уладзімір=владимир=володимир сяргей=сергей=сергій міхаіл=михаил=михайло "
        "павел=павел=павло пётр=пётр=петро дзмітрый=дмитрий=дмитро яўген=евгений=євген "
        "ягор=егор=єгор васіль=василий=василь ігар=игорь=ігор юрый=юрий=юрій"
    ),
)
_ARABIC_STEMS: Final = (
    _table(
        "كر=kar مان=mān تل=tal سور=sūr زان=zān شير=šīr برد=bard نام=nām كوه=kūh دار=dār رام=rām"
    ),
    _table(
        "باس=bās ديم=dīm فان=fān گون=gūn لاك=lāk مير=mīr نوش=nūš رود=rūd تاب=tāb هون=hūn وان=wān"
    ),
    _table("دان=dān فار=fār ميش=mīš نوز=nūz ساب=sāb شول=šūl تين=tīn زود=zūd بال=bāl رون=rūn"),
)
_CHINESE: Final = _table(
    "晨=chen=ch'en=чэнь 云=yun=yün=юнь 海=hai=hai=хай 山=shan=shan=шань 林=lin=lin=линь "
    "星=xing=hsing=син 月=yue=yüeh=юэ 光=guang=kuang=гуан 明=ming=ming=мин 文=wen=wen=вэнь "
    "书=shu=shu=шу 玉=yu=yü=юй 兰=lan=lan=лань 梅=mei=mei=мэй 竹=zhu=chu=чжу 雪=xue=hsüeh=сюэ "
    "春=chun=ch'un=чунь 秋=qiu=ch'iu=цю 冬=dong=tung=дун 石=shi=shih=ши 河=he=ho=хэ "
    "风=feng=feng=фэн 雷=lei=lei=лэй 天=tian=t'ien=тянь 平=ping=p'ing=пин 安=an=an=ань "
    "宁=ning=ning=нин 清=qing=ch'ing=цин"
)
_KOREAN: Final = _table(
    "하=ha=ha 늘=neul=nŭl 나=na=na 라=ra=ra 소=so=so 리=ri=ri 아=a=a 름=reum=rŭm 가=ga=ka "
    "온=on=on 다=da=ta 솜=som=som 미=mi=mi 르=reu=rŭ 바=ba=pa 람=ram=ram 노=no=no 을=eul=ŭl "
    "이=i=i 슬=seul=sŭl 보=bo=po"
)
_LATIN_GIVEN: Final = (
    _names("ana maría lucía carmen elena inés marta rosa julia teresa paula clara"),
    _names("juan josé luis carlos pedro andrés miguel jorge raúl martín tomás diego"),
)
_NO_ENDING: Final = ((("",) * 4, ("",) * 4),)


def _two(syllables: tuple[Syllable, ...]) -> tuple[tuple[Syllable, ...], ...]:
    """Return some pairs of syllables: each one with a few of the others after it."""
    many = len(syllables)
    return tuple(
        (one, syllables[(place + step) % many])
        for place, one in enumerate(syllables)
        for step in (1, 4, 6, 9, 13)
    )


CULTURES: Final = (
    Culture(
        "be",
        ("BY", "BY", "BY", "LT", "PL"),
        _SLAVIC_STEMS,
        _SLAVIC_ENDINGS,
        _SLAVIC_GIVEN,
        (
            Writing("en", LATIN, 0, BGN_BE, shown=True),
            Writing("be", CYRILLIC, 0, shown=True, own=True),
            Writing("ru", CYRILLIC, 1, share=60, shown=True),
            Writing("be", LATIN, 0, NATIONAL_BE, share=30),
            Writing("en", LATIN, 1, BGN_RU, share=15),
            Writing("uk", CYRILLIC, 2, share=10, shown=True),
        ),
    ),
    Culture(
        "ru",
        ("RU", "RU", "RU", "KZ", "KG", "BY"),
        _SLAVIC_STEMS,
        _SLAVIC_ENDINGS,
        _SLAVIC_GIVEN,
        (
            Writing("en", LATIN, 1, BGN_RU, shown=True),
            Writing("ru", CYRILLIC, 1, shown=True, own=True),
            Writing("ru", LATIN, 1, PASSPORT_RU, share=40),
            Writing("de", LATIN, 1, GERMAN, share=25, shown=True),
            Writing("be", CYRILLIC, 0, share=15, shown=True),
            Writing("en", LATIN, 1, ISO_9, share=10),
        ),
    ),
    Culture(
        "uk",
        ("UA", "RU", "RU", "MD"),
        _SLAVIC_STEMS,
        _SLAVIC_ENDINGS,
        _SLAVIC_GIVEN,
        (
            Writing("en", LATIN, 2, NATIONAL_UK, shown=True),
            Writing("uk", CYRILLIC, 2, shown=True, own=True),
            Writing("ru", CYRILLIC, 1, share=70, shown=True),
            Writing("en", LATIN, 2, LOOSE_UK, share=15),
            Writing("en", LATIN, 1, BGN_RU, share=15),
        ),
    ),
    Culture(
        "ar",
        ("EG", "SY", "BH", "MA", "TN", "DZ"),
        _ARABIC_STEMS,
        _pairs("ي=ī اوي=āwī اني=ānī"),
        (
            _names("فاطمة=fātima مريم=maryam ليلى=laylā سارة=sāra هدى=hudā نور=nūr زينب=zaynab"),
            _names("أحمد=ahmad محمود=mahmūd يوسف=yūsuf كريم=karīm سامي=sāmī خالد=xālid طارق=tāriq"),
        ),
        (
            Writing("en", LATIN, 1, ENGLISH_AR, shown=True),
            Writing("ar", ARABIC, 0, shown=True, own=True),
            Writing("fr", LATIN, 1, FRENCH_AR, share=60, shown=True),
            Writing("ru", CYRILLIC, 1, RUSSIAN_AR, share=20, shown=True),
        ),
    ),
    Culture(
        "fa",
        ("IR", "IR", "AF", "TJ"),
        _ARABIC_STEMS,
        _pairs("زاده=zāde پور=pūr ی=ī نژاد=nežād"),
        (
            _names(
                "مریم=maryam زهرا=zahrā نرگس=narges شیرین=šīrīn پروین=parvīn مینا=mīnā آرزو=ārezū"
            ),
            _names(
                "رضا=rezā حسین=hoseyn امیر=amīr داریوش=dāryūš کاوه=kāve بهرام=bahrām سهراب=sohrāb"
            ),
        ),
        (
            Writing("en", LATIN, 1, ENGLISH_AR, shown=True),
            Writing("fa", ARABIC, 0, shown=True, own=True),
            Writing("fr", LATIN, 1, FRENCH_AR, share=40, shown=True),
            Writing("ru", CYRILLIC, 1, RUSSIAN_AR, share=40, shown=True),
        ),
    ),
    Culture(
        "zh",
        ("CN", "CN", "CN", "HK", "TW"),
        (
            _table(
                "桌=zhuo=cho=чжо 椅=yi=i=и 灯=deng=teng=дэн 碗=wan=wan=вань 船=chuan=ch'uan=чуань "
                "瓶=ping=p'ing=пин 伞=san=san=сань 糖=tang=t'ang=тан 饼=bing=ping=бин 梨=li=li=ли "
                "桃=tao=t'ao=тао 窗=chuang=ch'uang=чуан 盘=pan=p'an=пань 笔=bi=pi=би "
                "纸=zhi=chih=чжи 墙=qiang=ch'iang=цян 鞋=xie=hsieh=се 帽=mao=mao=мао "
                "瓜=gua=kua=гуа 豆=dou=tou=доу 鸽=ge=ko=гэ 蛙=wa=wa=ва 鲸=jing=ching=цзин"
            ),
        ),
        _NO_ENDING,
        (_two(_CHINESE), _two(_CHINESE)),
        (
            Writing("en", LATIN, 1, shown=True, family_first=True),
            Writing("zh", HAN, 0, shown=True, own=True, family_first=True, space=""),
            Writing("en", LATIN, 2, share=40, family_first=True, hyphen="-"),
            Writing("ru", CYRILLIC, 3, share=40, shown=True, family_first=True),
        ),
    ),
    Culture(
        "ko",
        ("KP", "KR"),
        (
            _table(
                "봄=bom=pom 별=byeol=pyŏl 빛=bit=pit 숲=sup=sup 돌=dol=tol 물=mul=mul 눈=nun=nun "
                "밤=bam=pam 낮=nat=nat 섬=seom=sŏm 콩=kong=k'ong 솔=sol=sol 달=dal=tal "
                "꿈=kkum=kkum 샘=saem=saem"
            ),
        ),
        _NO_ENDING,
        (_two(_KOREAN), _two(_KOREAN)),
        (
            Writing("en", LATIN, 1, shown=True, family_first=True, hyphen="-"),
            Writing("ko", HANGUL, 0, shown=True, own=True, family_first=True, space=""),
            Writing("en", LATIN, 2, share=50, family_first=True, hyphen="-"),
            Writing("en", LATIN, 1, share=50),
        ),
    ),
    Culture(
        "ka",
        ("GE", "GE", "AZ", "RU"),
        (
            _table(
                "ბარ თოლ გუმ კავ ლორ მენ ნიქ ფირ რუს სოთ ტურ ქან ღუდ შავ ჩიკ ცინ ძალ ჭან ხუთ ჯორ"
            ),
            _table("ა ატ ედ იმ ორ უნ ელ იკ ობ უშ"),
            _table("ალ იბ ოხ ერ უზ ან იტ ომ"),
        ),
        _pairs("აძე იშვილი ავა უა იანი"),
        (
            _names("ნინო თამარ მარიამ ანა ეკა ქეთევან ლელა სოფიო ნათია მაკა"),
            _names("გიორგი დავით ლევან ზურაბ ირაკლი ვახტანგ თორნიკე გელა ოთარ შოთა"),
        ),
        (
            Writing("en", LATIN, 0, PLAIN_KA, shown=True),
            Writing("ka", GEORGIAN, 0, shown=True, own=True),
            Writing("ru", CYRILLIC, 0, RUSSIAN_KA, share=70, shown=True),
            Writing("ka", LATIN, 0, NATIONAL_KA, share=30),
        ),
    ),
    Culture(
        "es",
        ("CU", "NI", "VE", "BO"),
        (
            _table("bal cor den fru gui lam mon per quin sal tre vil zur"),
            _table("a e i o u ai ia"),
            _table("bran cel dril gan lled men nov quir rral ston tur ver"),
        ),
        _pairs("ez ín uela ares ó ade"),
        _LATIN_GIVEN,
        (
            Writing("en", LATIN, 0, PLAIN_ES, shown=True),
            Writing("es", LATIN, 0, shown=True, own=True),
            Writing("es", LATIN, 0, PLAIN_ES, share=60),
        ),
    ),
)


class Root:
    """A family name or a given name, before it is written; the same one is the same object."""

    __slots__ = ("syllables", "written")

    def __init__(self, syllables: Sequence[Syllable]) -> None:
        self.syllables = syllables
        self.written: dict[Writing, Word] = {}

    def word(self, writing: Writing) -> Word:
        """Return it in one writing; what takes time is kept for the next."""
        if (known := self.written.get(writing)) is None:
            known = self.written[writing] = _word(self.syllables, writing)
        return known


@cache
def family(culture: int, number: int, woman: bool) -> Root:
    """Return one of a culture's family names; the same number is the same family."""
    # Not secret: it has to be the same name each time.
    rng = random.Random(number * len(CULTURES) + culture)  # noqa: S311  # no secret
    stems = CULTURES[culture].stems
    begin = int(rng.random() * (len(stems) - 1)) if len(stems) > 2 else 0
    chosen = [rng.choice(stem) for stem in stems[begin:]]
    ending = rng.choice(CULTURES[culture].endings)[0 if woman else 1]
    return Root((*chosen, ending))


# The given names of each culture, for women and for men.
GIVEN: Final = tuple(
    tuple(tuple(Root(name) for name in names) for names in culture.given) for culture in CULTURES
)


def _word(syllables: Sequence[Syllable], writing: Writing) -> Word:
    parts = [part for syllable in syllables if (part := syllable[writing.form])]
    text = writing.hyphen.join(parts)
    text = writing.rule.spell(text) if writing.rule else text
    # Georgian has no capital at the head of a word: its title case is the letter itself.
    text = text[:1].title() + text[1:]
    return Word(text, sort_key(text, text), slugify(anyascii(text)), plain_word(text))


class Spelling(NamedTuple):
    """A whole name in one writing. ``filed_as`` is empty where the last word is sorted by."""

    text: str
    filed_as: str
    sort_key: str
    address: str
    entries: tuple[tuple[bytes, bytes], ...]


def _encoded(found_by: Iterable[tuple[str, str]]) -> tuple[tuple[bytes, bytes], ...]:
    """Return what a name is found by, as the database keeps it."""
    return tuple([(key.encode(), detail.encode()) for key, detail in found_by])


def spell(family_name: Root, given_name: Root, writing: Writing) -> Spelling:
    """Return a name in one writing, and what it is sorted and found by."""
    last, first = family_name.word(writing), given_name.word(writing)
    words = (last, first) if writing.family_first else (first, last)
    text = writing.space.join([word.text for word in words])
    one, other = (word.plain for word in words)
    found_by = entries_of(one, other) if one and other and writing.space else entries(text)
    return Spelling(
        text,
        f"{last.text} {first.text}" if writing.family_first else "",
        f"{last.sorted_as}{BETWEEN_WORDS}{first.sorted_as}",
        f"{first.address}-{last.address}",
        _encoded(found_by),
    )


@lru_cache(maxsize=100)
def alias(text: str) -> Spelling:
    """Return a made-up name as it stands."""
    return Spelling(text, "", sort_key(text), slugify(text), _encoded(entries(text)))
