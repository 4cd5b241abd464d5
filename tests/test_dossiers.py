"""Dossiers: loaded whole or not at all, twice without a trace, and never over a researcher."""

from __future__ import annotations

import hashlib
import io
import re
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import translation

from prisoners import dates
from prisoners.bounds import Verdict
from prisoners.desk import workflow
from prisoners.desk.dossiers import DossierError, Report, load, shipped
from prisoners.models import (
    Actor,
    Affiliation,
    Citation,
    Concession,
    Deal,
    Detention,
    DossierEntry,
    Figure,
    Prisoner,
    PrisonerName,
    Record,
    Release,
    ReleaseDestination,
    Source,
    State,
    Statement,
)
from prisoners.reading.gaps import uncited
from tests.factories import PrisonerFactory
from tests.kept import dump

pytestmark = pytest.mark.django_db

ARTICLE = Path(settings.BASE_DIR) / "prisoners" / "dossiers" / "belarus-2025-12-13.toml"
RECORDS = [
    model for model in apps.get_app_config("prisoners").get_models() if issubclass(model, Record)
]

SMALL = """
dossier = "test"
title = "Test dossier"

[[source]]
key = "paper"
slug = "paper"
title = "Test paper"

[[actor]]
key = "group"
slug = "group"
name = "Test Group"
kind = "group"
cite.name = "paper ¶1"

[[release]]
key = "first"
slug = "first"
title = "Test release"
country = "AQ"
happened = "2021-07"
headcount = 10
cite.record = "paper ¶2"

  [[release.destination]]
  key = "one"
  country = "AQ"
  headcount = 4
  stated_by = "group"

  [[release.destination]]
  key = "two"
  country = "BV"
  headcount = 6

[[prisoner]]
key = "ann"
slug = "ann"
occupation = "Test occupation"
cite.occupation = ["paper ¶3", { source = "paper", locator = "¶4", read_on = 2021-08-01 }]

  [[prisoner.name]]
  key = "en"
  text = "Ann Test"
  language = "en"
  is_display = true
  cite.text = "paper ¶3"

  [[prisoner.detention]]
  key = "only"
  country = "AQ"
  began = "2021-01"
  end_kind = "pardon"
  ended = "2021-07"
  cite.record = "paper ¶3"

    [[prisoner.detention.outcome]]
    key = "first"
    release = "first"
"""

Load = Callable[..., Report]


@pytest.fixture
def dossier(tmp_path: Path) -> Load:
    """Load the small dossier with some of its text replaced; a replacement must be there."""

    def loaded(*changes: tuple[str, str], publish: bool = True) -> Report:
        text = SMALL
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        path = tmp_path / "test.toml"
        path.write_text(text, "utf-8")
        with translation.override("en"):
            return load(path=path, publish=publish)

    return loaded


# The article -------------------------------------------------------------------------------


def test_the_article_loads_and_everything_in_it_is_public_and_has_a_source() -> None:
    report = load(path=ARTICLE)
    assert report.created
    assert report.updated + report.kept + report.removed + report.unchanged == []
    for model in RECORDS:
        everything = model._default_manager.all()
        assert everything.count() == everything.published().count(), model
        assert [
            gap for record in everything for gap in uncited(record) if not covered(record)
        ] == []


def covered(record: Record) -> bool:
    """Whether the record that it is a part of is cited as a whole, and it with that."""
    owner = getattr(record, record.owner_field) if record.owner_field else None
    return owner is not None and (owner.citations.filter(field="").exists() or covered(owner))


def test_the_article_names_two_people_and_invents_none_of_the_others() -> None:
    load(path=ARTICLE)
    release = Release.objects.get()
    assert release.headcount == 123
    assert str(release.happened) == "2025-12-13?"
    assert dict(release.destinations.values_list("country", "headcount")) == {"LT": 9, "UA": 114}
    assert {one.name for one in Prisoner.objects.all()} == {"Ales Bialiatski", "Maria Kalesnikava"}

    ales = Detention.objects.get(prisoner__slug="ales-bialiatski")
    elapsed = dates.span(ales.began, ales.ended)
    assert elapsed is not None
    with translation.override("en"):
        assert elapsed.label() == "4 years 4–5 months"
    maria = Detention.objects.get(prisoner__slug="maria-kalesnikava")
    assert maria.began is None
    for detention in (ales, maria):
        assert detention.outcomes.get().destination.code in (None, "")
        assert not detention.sentences.exists()
        assert not detention.charges.exists()


def test_the_article_says_who_gave_what_and_what_others_counted() -> None:
    load(path=ARTICLE)
    concession = Concession.objects.get()
    assert (concession.giver.name, concession.stage) == ("United States", "agreed")
    assert set(concession.deal.parties.values_list("actor__name", "role")) == {
        ("Belarus", "releasing"),
        ("United States", "granting"),
        ("John Coale", "brokering"),
    }
    assert set(Affiliation.objects.values_list("actor__name", "kind")) == {
        ("Viasna", "founder"),
        ("Nobel Peace Prize", "award"),
    }
    assert {str(one.said_by) for one in Statement.objects.all()} == {
        "Ales Bialiatski",
        "John Coale",
        "Belarusian opposition leaders",
        "Alexander Lukashenko",
        "Rights groups",
    }
    before, after = (Figure.objects.get(relation=one) for one in ("before", "after"))
    assert (before.value, before.bound, after.value, after.bound) == (
        *(1200, "more_than"),
        *(1000, "more_than"),
    )
    assert before.allows().less(123).verdict(after.allows()) is Verdict.AGREE
    source = Source.objects.get()
    assert (source.publisher, source.author, source.address, source.published) == ("", "", "", None)


def test_a_second_load_of_the_article_changes_nothing_at_all() -> None:
    load(path=ARTICLE)
    before = dump()
    report = load(path=ARTICLE)
    assert dump() == before
    assert report.unchanged
    assert report.created + report.published == []
    assert report.updated + report.kept + report.removed == []


# SHA-256, shortened, of each eight words in a row of the article, in small letters: enough to
# tell whether a sentence was taken over, and too little to read it.
HASHES = """
007068a8e61d 00bb89187e8b 041d0d1264bd 058171c664cc 05b7695aed38 0700e0a9d7dc 07e648c6192e
091112c1ffe8 092636e470c7 0990525740a8 0a8423693d21 0bf86fc0c1f6 0bfd8f292750 0cbb9007af88
0d3c8683b2b5 0eb61bbcc8f4 0f6f29a5ea23 102d14d00cb9 11411cf08d41 11a4172b4536 12d02693f8cd
1572b43ccd1e 172d50f3c879 175a1f32b796 1780693514ae 180efd47e687 1ae2b202eab1 1c48a47b372c
1cae74b58ca6 1cc0517ef43b 1d5749c3db59 212f355019e6 23ade5e1017a 249b4e986385 260a4db0aa91
26e2126b1048 2ab0b63b9591 2afea9bd42ad 2dba2ead4bd3 2deae4f38e5f 2e9a303850cb 2f4f7fc08e9d
316d0781d904 31aef886bf49 3226c467dd99 32674caa807c 32c75bb0f6fc 32f01a88acaa 33345654d85a
340a583f9a60 3415151ca5d2 34d075635b44 34d6b76fa900 36356904ced4 3642c6087a7c 365dce4cd1aa
3691eada49d8 36bd34391bcc 36bfd0ac4da0 37fd21c9c034 387a5ebafae4 393efcd201ad 3be4646b0c68
3dbd99381ed0 3f58c1cf167e 40cff399cc6d 42e3b4ae8908 4445f8324cc9 44840e5fd676 4795aaa3422e
4921d44e2f98 493276c6cc4c 4a13fb61785e 4aa28af18714 4aa3ed41a166 4ac9a0586253 4c6fa4a8ce68
4d044e4c02e5 4d121d56fe3f 4d172253ff24 4d7624dc84ab 4e1edbc36843 50800f63df43 520312596e0f
54b95606ae12 552a1bc36dfb 552e3ee5a054 556a327299e7 55b5c773fc5a 582949432005 58736b296d5c
592656934838 5937a73cbf09 5adeb138a57b 5b2bde4c539b 5bb4bb5c5d9a 5c81a5b7f8d7 5ccf6b91d32e
5df9e7b21049 62827f9eec3d 62a54cdc653e 64090d95c1ae 66cbe380c600 67e7fc467510 68c341c531fb
69293c5765ac 6944da8310b6 6a631aaeb2ea 6a7fc8ea8555 6b3d22ae1b7d 6b7a098d658d 6b9d991ab485
6c8bc9f4dcb5 6d2ab978804c 6e04a075466f 6e6c1be23996 6e8129c6a7e6 6f2b9f7b64b5 72f4699463c6
73877176c150 73a6447912e7 7405a41182af 757d7c4716a7 767d6fb860d1 7695bdfc7ee2 76a3013ff81d
7735b0477931 77a01cb3d49b 77c1771fd05f 7907bcc109d0 79b5a7cec6fe 7a7271670886 7ae565fb53ff
7bb93e951000 7bc7ae516493 7c8f65e67fc6 7ce84dc525a8 7d0ee3e2bdf6 7d6436e3e0bf 7e35c585f2e9
7e552ac7f001 7f2f75ba6769 7fe7f983f115 7ff5be860dde 80286f4a9303 837357a1c57e 84ef3371501c
865c1dd356e3 87e652316024 880726c0bb58 89f2d51bba1c 8d2cac08056f 8e2515590422 8ed209b84739
8f6228088778 8fff178a446b 90479137d4a1 909b126492c3 91f1d627e64d 920c49a20930 92fbe640bd92
951078864889 95cb8fb7ccdb 96edc5645907 9a1178482a94 9ae7ed61e2b0 9d05df32693e 9e3678bf8fe2
9ea02c8b8f70 a006c9fde2d5 a23e74abd71f a25544b06911 a2bed09ef92e a32d42f325b1 a584b32a099c
a63de787d9d7 a72f09f496cc a7a89c41aa30 a7ce77158384 a839784c7e1d aaadfe9dce81 ab553929eaad
ad76ce6e0b9e ade7e1102cd9 ae24a3c6717a af1f67faa58a b114f69ca856 b29ee2fd9c04 b2bc872aa8b5
b3d54e24028a b4fef2734e21 b8943b0307b6 b89e9e8c74dc b8a4754962cb b8d3be31896e b953f3227d65
b9e406f3c9c1 ba04e4632637 ba66b5435038 bafaa508e96e bb030adb86cf bcdd4c7e6ace bda57d95913e
be50fcf15929 bfc252878b26 c043c0f346e7 c09dda401784 c16742cc7fb8 c1edcbc1a201 c6d1747a201c
c83a99003b3c c8526c666e44 c8cee67b91a0 c9e9e9eb810a cc55207d9062 ce80fec45ace cf630347e1da
d060c4bd06db d0d0d2150107 d0dfa3d537ad d124813266ba d1da6448b15f d305982307c0 d460935bf38b
d4d6a1ca46ce d4f802a4f642 d585674fa279 d60f1624dffc d615ffd6ff68 d61ea212c6ac d68cf95c99b7
d69b46fe2368 d6c7011a7ea4 d703aa117dcf d78174b96d88 d8b1b2fe4009 d943688962e6 da20b1044994
da4605fa2102 dac767aab574 dc0a53343278 dcd38c6ea2a8 dd293fb4df92 de2c53780955 df6dfe600336
dfd9aecff55c e14833c4e116 e167f2250428 e244783eab95 e350a7464271 e3bb9fb58669 e3d3caf86794
e44770b26b3e e49904e24567 e51ed8764d2a e5413cde1414 e55d59b83437 e5de8841144c e694c62bff4b
e6a45b576089 e862523bbd66 e936465f0b1a e9e0680ea90b ea995c658433 ebc77443d95f ebe4ea3e63ec
ed5403b84335 edcfe524588f ee1ba13546fb eebcac2e7fa8 ef712fbfb734 ef8c80c74480 f00d852c2869
f064fba199e5 f1323357d313 f236e7740e23 f3a69ca8fa42 f42b2c74ce9f f529729ccda6 f559eb284ba8
f5b950d7fb2a fa249cc09ddc fad039c26a7b fafa5bd2c59e fb6804f2ad8d fbe2618ae4cd fd4fe23ffb55
"""
EIGHT_WORDS = set(HASHES.split())


def eight_words(text: str) -> Iterator[str]:
    words = re.findall(r"\w+", text.casefold())
    for first in range(len(words) - 7):
        yield hashlib.sha256(" ".join(words[first : first + 8]).encode()).hexdigest()[:12]


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from strings(one)


def test_the_articles_title_is_recognised_and_no_sentence_of_it_stands_in_the_dossier() -> None:
    data = tomllib.loads(ARTICLE.read_text("utf-8"))
    title = data["source"][0].pop("title")
    assert set(eight_words(title)) <= EIGHT_WORDS
    taken = [text for text in strings(data) if EIGHT_WORDS.intersection(eight_words(text))]
    assert taken == []


# Loading again -----------------------------------------------------------------------------


def test_a_second_load_changes_nothing(dossier: Load) -> None:
    first = dossier()
    assert len(first.created) == sum(model._default_manager.count() for model in RECORDS)
    before = dump()
    second = dossier()
    assert dump() == before
    assert len(second.unchanged) == len(first.created)


def test_a_fact_changed_in_the_dossier_changes_that_fact_alone(dossier: Load) -> None:
    dossier()
    before = dump()
    report = dossier(("Test occupation", "Another test occupation"))
    assert report.updated == ["prisoner ann, occupation: Test occupation → Another test occupation"]
    after = dump()
    assert after["HistoricalPrisoner"].pop()["occupation"] == "Another test occupation"
    changed = {
        (name, row["id"], column)
        for name, rows in after.items()
        for old, row in zip(before[name], rows, strict=True)
        for column in row
        if row[column] != old[column]
    }
    prisoner = Prisoner.objects.get()
    entry = DossierEntry.objects.get(model="prisoner")
    assert changed == {
        ("Prisoner", prisoner.pk, "occupation"),
        ("Prisoner", prisoner.pk, "updated_at"),
        ("DossierEntry", entry.pk, "values"),
        ("DossierEntry", entry.pk, "loaded_at"),
    }


def test_what_a_researcher_corrected_is_kept_and_reported_on_every_load(dossier: Load) -> None:
    dossier()
    Prisoner.objects.update(occupation="Corrected occupation")
    for file in (
        (),
        (("Test occupation", "Third occupation"),),
        (("Test occupation", "Third occupation"),),
    ):
        report = dossier(*file)
        said = file[0][1] if file else "Test occupation"
        kept = f"the record says “Corrected occupation”, the dossier “{said}”"
        assert report.kept == [f"prisoner ann, occupation: {kept}"]
        assert not report.updated
        assert Prisoner.objects.get().occupation == "Corrected occupation"
    assert not dossier(("Test occupation", "Corrected occupation")).kept


def test_what_a_researcher_entered_where_the_dossier_said_nothing_is_kept(dossier: Load) -> None:
    dossier()
    Prisoner.objects.update(biography="By hand.")
    dossier()
    report = dossier(('slug = "ann"\n', 'slug = "ann"\nbiography = "From the file."\n'))
    assert len(report.kept) == 1
    assert Prisoner.objects.get().biography == "By hand."


def test_a_fact_that_the_dossier_says_for_the_first_time_fills_what_was_empty(
    dossier: Load,
) -> None:
    dossier()
    gender = 'slug = "ann"\ngender = "female"\ncite.gender = "paper ¶3"\n'
    report = dossier(('slug = "ann"\n', gender))
    assert report.updated == ["prisoner ann, gender:  → female"]
    assert Prisoner.objects.get().gender == "female"
    assert Citation.objects.get(field="gender").state == State.PUBLISHED


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (('occupation = "Test occupation"\n', ""), "prisoner ann, occupation: Test occupation"),
        (('cite.name = "paper ¶1"\n', ""), "citation paper"),
        (
            (
                '\n    [[prisoner.detention.outcome]]\n    key = "first"\n    release = "first"\n',
                "",
            ),
            "releaseoutcome ann--only--first",
        ),
    ],
)
def test_what_is_gone_from_the_dossier_is_reported_and_stays(
    dossier: Load, change: tuple[str, str], line: str
) -> None:
    dossier()
    before = dump()
    for _again in range(2):
        report = dossier(change)
        assert line in report.removed
        assert dump() == before


def test_a_deleted_record_is_not_made_again_nor_are_its_parts_and_citations(dossier: Load) -> None:
    second_person = SMALL[SMALL.index("[[prisoner]]") :].replace('"ann"', '"bea"')
    extended = ('    release = "first"\n', f'    release = "first"\n\n{second_person}')
    dossier(extended)
    assert Prisoner.objects.count() == 2
    Prisoner.objects.all().delete()
    report = dossier(extended)
    assert report.kept == [
        "prisoner ann: deleted since, not made again",
        "prisoner bea: deleted since, not made again",
    ]
    assert not report.removed
    assert not report.created
    assert not Prisoner.objects.exists()
    assert not PrisonerName.objects.exists()


def test_a_deleted_citation_is_not_made_again(dossier: Load) -> None:
    dossier()
    Citation.objects.filter(field="text").delete()
    report = dossier()
    assert [line for line in report.kept if "deleted since" in line] == [
        "prisoner ann / name en, cite.text: deleted since, not made again"
    ]
    assert not Citation.objects.filter(field="text").exists()


@pytest.mark.parametrize("model", [Prisoner, PrisonerName, Detention, Citation, Release])
def test_a_withdrawn_record_is_not_published_again(dossier: Load, model: type[Record]) -> None:
    dossier()
    one = model._default_manager.first()
    assert one is not None
    workflow.withdraw(record=one, reason="Test reason")
    report = dossier()
    one.refresh_from_db()
    assert one.state == State.WITHDRAWN
    assert not report.published


def test_a_record_made_by_hand_with_the_key_is_taken_for_the_same(dossier: Load) -> None:
    PrisonerFactory.create(
        name=None, key="ann", slug="by-hand", occupation="By hand", published=True
    )
    report = dossier()
    prisoner = Prisoner.objects.get()
    assert (prisoner.slug, prisoner.occupation) == ("by-hand", "By hand")
    assert len(report.kept) == 2


def test_a_dossier_can_be_left_as_a_draft_and_published_by_the_next_load(dossier: Load) -> None:
    report = dossier(publish=False)
    assert not report.published
    assert not any(model._default_manager.published().exists() for model in RECORDS)
    assert dossier().published == ["source paper", "actor group", "release first", "prisoner ann"]
    assert Citation.objects.published().count() == Citation.objects.count()


def test_what_was_published_is_public_at_the_new_address_and_the_old_one(dossier: Load) -> None:
    dossier()
    dossier(('slug = "ann"', 'slug = "ann-test"'))
    prisoner = Prisoner.objects.get()
    assert prisoner.slug == "ann-test"
    assert list(prisoner.former_addresses.values_list("slug", flat=True)) == ["ann"]


def test_dates_and_numbers_change_with_their_derived_columns(dossier: Load) -> None:
    dossier()
    dossier(('began = "2021-01"', 'began = "2021-02-03"'))
    detention = Detention.objects.get()
    assert str(detention.began) == "2021-02-03"
    assert detention.began_first == detention.began_last
    assert Detention.objects.filter(began_first__month=2).exists()


# A release and its destinations ------------------------------------------------------------


def headcounts() -> tuple[int | None, list[int]]:
    release = Release.objects.get()
    destinations = ReleaseDestination.objects.order_by("country")
    return release.headcount, [one.headcount for one in destinations]


@pytest.mark.parametrize(
    ("whole", "one", "two"),
    [(8, 3, 5), (12, 6, 6), (10, 9, 1), (10, 1, 9), (5, 1, 4), (1000, 4, 996)],
)
def test_a_headcount_and_its_destinations_can_change_together(
    dossier: Load, whole: int, one: int, two: int
) -> None:
    dossier()
    dossier(
        ("headcount = 10", f"headcount = {whole}"),
        ("headcount = 4", f"headcount = {one}"),
        ("headcount = 6", f"headcount = {two}"),
    )
    assert headcounts() == (whole, [one, two])


@pytest.mark.parametrize("change", [("headcount = 10", "headcount = 9"), ("= 4", "= 5")])
def test_destinations_beyond_the_headcount_are_refused(
    dossier: Load, change: tuple[str, str]
) -> None:
    for _first_and_again in range(2):
        with pytest.raises(DossierError) as refusal:
            dossier(change)
        assert [(one.record, one.field) for one in refusal.value.problems] == [
            ("release first", "headcount")
        ]
        assert "The destinations add up to 1" in str(refusal.value)
        dossier()
        assert headcounts() == (10, [4, 6])


# Mistakes ----------------------------------------------------------------------------------

DETENTION = "prisoner ann / detention only"
MISTAKES: list[tuple[tuple[str, str], str, str, str]] = [
    (("[[actor]]", "[[actor]"), "file", "", "this is not TOML: "),
    (('title = "Test dossier"', "title = "), "file", "", "at line 3"),
    (('dossier = "test"', ""), "file", "dossier", "say what this dossier is called"),
    (('dossier = "test"', "dossier = 5"), "file", "dossier", "say what this dossier is called"),
    (('"test"', '"te\\u0000st"'), "file", "dossier", "say what this dossier is called"),
    (("[[actor]]", "[[actr]]"), "file", "actr", "“actor” was meant?"),
    (("[[actor]]", "[actor]"), "actor", "", "write [[actor]], with two brackets"),
    (("occupation = ", "ocupation = "), "prisoner ann", "ocupation", "“occupation” was meant?"),
    (("occupation = ", "zzz = "), "prisoner ann", "zzz", "there is no such field; there are: slug"),
    (("began = ", "state = "), DETENTION, "state", "there is no such field"),
    (("[[prisoner.name]]", "[[prisoner.nam]]"), "prisoner ann", "nam", "“name” was meant?"),
    (
        ('occupation = "Test occupation"', "occupation = 5"),
        "prisoner ann",
        "occupation",
        "expected text in quotes, not 5",
    ),
    (('"Test occupation"', "[1]"), "prisoner ann", "occupation", "expected text in quotes"),
    (('"Test occupation"', "10:00:00"), "prisoner ann", "occupation", "expected text in quotes"),
    (
        ("headcount = 4", 'headcount = "4"'),
        "release first / destination one",
        "headcount",
        "expected a whole number, not '4'",
    ),
    (
        ("headcount = 4", "headcount = true"),
        "release first / destination one",
        "headcount",
        "expected a whole number",
    ),
    (
        ("headcount = 4", "headcount = 4.5"),
        "release first / destination one",
        "headcount",
        "expected a whole number",
    ),
    (
        ("headcount = 4", "headcount = -4"),
        "release first / destination one",
        "headcount",
        "greater than or equal to 0",
    ),
    (
        ("headcount = 10", "headcount = -10"),
        "release first",
        "headcount",
        "greater than or equal to 0",
    ),
    (
        ("headcount = 10", 'headcount = "10"'),
        "release first",
        "headcount",
        "expected a whole number",
    ),
    (
        ("is_display = true", 'is_display = "yes"'),
        "prisoner ann / name en",
        "is_display",
        "expected true / false",
    ),
    (('kind = "group"', 'kind = "gruop"'), "actor group", "kind", "'gruop' is not a valid choice"),
    (
        ('country = "AQ"\nhappened', 'country = "XX"\nhappened'),
        "release first",
        "country",
        "is not a valid choice",
    ),
    (
        ('began = "2021-01"', 'began = "2021-13"'),
        DETENTION,
        "began",
        "“2021-13” cannot be read as a date",
    ),
    (
        ('began = "2021-01"', "began = 2021-01-01T10:00:00"),
        DETENTION,
        "began",
        "cannot be read as a date",
    ),
    (('ended = "2021-07"', 'ended = "2020"'), DETENTION, "", "ends before it can have begun"),
    (
        ('stated_by = "group"', 'stated_by = "nobody"'),
        "release first / destination one",
        "stated_by",
        "there is no actor with the key “nobody”",
    ),
    (
        ('stated_by = "group"', "stated_by = 5"),
        "release first / destination one",
        "stated_by",
        "expected text in quotes",
    ),
    (
        ('stated_by = "group"', 'stated_by = "gr\\u0000oup"'),
        "release first / destination one",
        "stated_by",
        "there is no actor with the key",
    ),
    (('    release = "first"\n', ""), f"{DETENTION} / outcome first", "release", "cannot be null"),
    (
        ('  key = "two"', '  key = "one"'),
        "release first / destination one",
        "key",
        "“first--one” is already in this dossier",
    ),
    (('key = "ann"\n', ""), "prisoner 1", "key", "give it a key of its own"),
    (('key = "ann"', 'key = "ann test"'), "prisoner ann test", "key", "give it a key of its own"),
    (('key = "ann"', 'key = "a\\u0000nn"'), "prisoner a\x00nn", "key", "give it a key of its own"),
    (('slug = "ann"\n', ""), "prisoner ann", "slug", "cannot be blank"),
    (('slug = "ann"', 'slug = "a\\u0000nn"'), "prisoner ann", "slug", "Enter a valid “slug”"),
    (('"Test occupation"', '"Test\\u0000"'), "prisoner ann", "occupation", "Null characters"),
    (
        ('"Test occupation"', f'"{"a" * 201}"'),
        "prisoner ann",
        "occupation",
        "at most 200 characters",
    ),
    (
        ('cite.name = "paper ¶1"', 'cite.name = "papre ¶1"'),
        "actor group, cite.name",
        "source",
        "there is no source with the key “papre”",
    ),
    (('cite.name = "paper ¶1"', "cite.name = 5"), "actor group, cite.name", "", "name its source"),
    (
        ('cite.name = "paper ¶1"', 'cite.name = { locator = "¶1" }'),
        "actor group, cite.name",
        "",
        "name its source",
    ),
    (
        ('cite.name = "paper ¶1"', 'cite.nam = "paper ¶1"'),
        "actor group",
        "cite.nam",
        "“name” was meant?",
    ),
    (('cite.name = "paper ¶1"', 'cite = "paper"'), "actor group", "cite", "write cite = {"),
    (
        ('cite.name = "paper ¶1"', 'cite.name = ["paper ¶1", "paper ¶1"]'),
        "actor group, cite.name",
        "",
        "this citation is already there",
    ),
    (
        ('cite.name = "paper ¶1"', 'cite.name = { source = "paper", locator = 5 }'),
        "actor group, cite.name",
        "locator",
        "expected text in quotes",
    ),
    (
        ('cite.name = "paper ¶1"', 'cite.name = { source = "paper", page = "5" }'),
        "actor group, cite.name",
        "page",
        "there is no such field",
    ),
    (
        ('cite.name = "paper ¶1"', 'cite.name = { source = "paper", stance = "contradicts" }'),
        "actor group, cite.name",
        "",
        "what does it say instead?",
    ),
    (
        ('title = "Test paper"', 'title = "Test paper"\ncite.title = "paper"'),
        "source paper",
        "cite",
        "a source is not cited itself",
    ),
    (('  cite.text = "paper ¶3"\n', ""), "prisoner ann", "", "“name” has no source"),
]


@pytest.mark.parametrize(("change", "record", "field", "message"), MISTAKES)
def test_a_mistake_names_the_file_the_record_and_the_field_and_nothing_is_loaded(
    dossier: Load, change: tuple[str, str], record: str, field: str, message: str
) -> None:
    with pytest.raises(DossierError) as refusal:
        dossier(change)
    found = [(one.record, one.field) for one in refusal.value.problems]
    assert (record, field) in found
    right = refusal.value.problems[found.index((record, field))]
    assert message in right.message
    where = f"{record}, {field}" if field else record
    assert f"test.toml: {where}: " in str(refusal.value)
    assert not any(rows for rows in dump().values())


@pytest.mark.parametrize(("change", "record", "field", "message"), MISTAKES)
def test_a_mistake_in_a_later_version_leaves_the_record_as_it_was(
    dossier: Load, change: tuple[str, str], record: str, field: str, message: str
) -> None:
    del record, field, message
    dossier()
    before = dump()
    try:
        dossier(change)
    except DossierError:
        assert dump() == before
    else:
        # What is gone from the file is no mistake the second time: the record has it.
        assert change[1] in ("", "ocupation = ")


def test_all_mistakes_are_reported_at_once(dossier: Load) -> None:
    with pytest.raises(DossierError) as refusal:
        dossier(
            ('country = "AQ"\nhappened', 'country = "XX"\nhappened'),
            ("headcount = 4", "headcount = -4"),
            ('occupation = "', 'ocupation = "'),
            ('slug = "ann"', 'slug = "ann test"'),
            ('language = "en"', "language = 5"),
            ('began = "2021-01"', 'began = "2021-13"'),
            ('release = "first"', 'release = "second"'),
            ('cite.text = "paper ¶3"', 'cite.txt = "paper ¶3"'),
        )
    assert [(one.record, one.field) for one in refusal.value.problems] == [
        ("release first", "country"),
        ("release first / destination one", "headcount"),
        ("prisoner ann", "ocupation"),
        ("prisoner ann", "slug"),
        ("prisoner ann / name en", "language"),
        ("prisoner ann / name en", "cite.txt"),
        (DETENTION, "began"),
        (f"{DETENTION} / outcome first", "release"),
    ]


def test_an_address_that_another_record_has_is_refused(dossier: Load) -> None:
    PrisonerFactory.create(slug="ann")
    with pytest.raises(DossierError, match=r"prisoner ann, slug: .* already exists"):
        dossier()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda path: None, "the file cannot be read: No such file"),
        (lambda path: path.mkdir(), "the file cannot be read: Is a directory"),
        (lambda path: path.write_bytes(b"a = '\xff'"), "the file is not UTF-8, at byte 5"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_with_the_reason(
    tmp_path: Path, make: Callable[[Path], object], message: str
) -> None:
    path = tmp_path / "test.toml"
    make(path)
    with (
        translation.override("en"),
        pytest.raises(DossierError, match=f"test.toml: file: {message}"),
    ):
        load(path=path)


def test_a_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    path = tmp_path / "test.toml"
    path.write_text(SMALL, "utf-8-sig")
    assert load(path=path).created


# The command -------------------------------------------------------------------------------


def command(*arguments: Any) -> str:
    output = io.StringIO()
    call_command("load_dossier", *arguments, stdout=output)
    return output.getvalue()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "test.toml"
    file.write_text(SMALL, "utf-8")
    return file


def test_the_command_says_what_it_did(path: Path) -> None:
    assert command(path) == (
        "test.toml: 15 created, 0 updated, 0 unchanged, 0 kept as they are, "
        "0 no longer in the dossier, 4 published.\n"
    )
    Prisoner.objects.update(occupation="Corrected occupation")
    path.write_text(
        SMALL.replace("Test Group", "Another Group").replace('\nbegan = "2021-01"', ""), "utf-8"
    )
    assert command(path) == (
        "  updated: actor group, name: Test Group → Another Group\n"
        "  kept: prisoner ann, occupation: the record says “Corrected occupation”, "
        "the dossier “Test occupation”\n"
        "test.toml: 0 created, 1 updated, 14 unchanged, 1 kept as they are, "
        "0 no longer in the dossier, 0 published.\n"
    )


def test_the_command_fails_with_every_mistake_named(path: Path) -> None:
    path.write_text(SMALL.replace('"2021-01"', '"2021-13"').replace("= 4", "= -4"), "utf-8")
    with pytest.raises(CommandError) as error:
        command(path)
    lines = str(error.value).splitlines()
    assert lines[0].startswith("test.toml: release first / destination one, headcount: ")
    assert lines[1].startswith(f"test.toml: {DETENTION}, began: “2021-13” cannot be read")
    assert lines[-1] == f"Nothing was loaded: 2 to put right in {path}."
    assert error.value.returncode == 1
    assert not Source.objects.exists()


def test_the_command_can_leave_what_is_new_as_drafts(path: Path) -> None:
    assert "0 published" in command(path, "--draft")
    assert not Prisoner.objects.published().exists()


def test_the_command_can_leave_a_record_that_is_not_empty_alone(path: Path) -> None:
    assert "15 created" in command(path, "--if-empty")
    path.write_text(SMALL.replace("Test Group", "Another Group"), "utf-8")
    assert command(path, "--if-empty") == "The record is not empty: no dossier was loaded.\n"
    assert Actor.objects.get().name == "Test Group"
    assert Deal.objects.count() == 0


def test_a_fact_that_is_added_to_a_public_record_needs_a_source_too(dossier: Load) -> None:
    dossier()
    with pytest.raises(DossierError, match="prisoner ann, gender: this fact has no source"):
        dossier(('slug = "ann"\n', 'slug = "ann"\ngender = "female"\n'))
    assert Prisoner.objects.get().gender == ""


def test_a_draft_load_changes_nothing_that_is_public(dossier: Load) -> None:
    dossier()
    report = dossier(('"Test occupation"', '"Another occupation"'), publish=False)
    assert Prisoner.objects.get().occupation == "Test occupation"
    assert report.kept == ["prisoner ann, occupation: public already, and not changed by a draft"]


# Adding to another dossier -----------------------------------------------------------------

ADDED = """
dossier = "more"
title = "More of the test dossier"
requires = ["test"]

[[source]]
key = "book"
slug = "book"
title = "Test book"

[[release]]
key = "first"
from = "test"
cite.headcount = { source = "book", stance = "contradicts", value = "eleven" }

  [[release.destination]]
  key = "one"
  cite.headcount = "book p. 1"

[[prisoner]]
key = "ann"
from = "test"
gender = "female"
cite.gender = "book p. 2"

  [[prisoner.name]]
  key = "alias"
  text = "Anna Test"
  language = "en"
  kind = "alias"
  cite.text = "book p. 2"

  [[prisoner.detention]]
  key = "only"
  began = "2021-01-05"
  cite.began = "book p. 3"

    [[prisoner.detention.outcome]]
    key = "first"
    destination = "AQ"
    cite.destination = "book p. 4"
"""


@pytest.fixture
def added(dossier: Load, tmp_path: Path) -> Load:
    """Load the dossier that adds to the small one, with some of its text replaced."""

    def loaded(*changes: tuple[str, str], publish: bool = True) -> Report:
        text = ADDED
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        path = tmp_path / "more.toml"
        path.write_text(text, "utf-8")
        with translation.override("en"):
            return load(path=path, publish=publish)

    return loaded


def refused(added: Load, *changes: tuple[str, str]) -> list[str]:
    with pytest.raises(DossierError) as refusal:
        added(*changes)
    return [str(problem) for problem in refusal.value.problems]


def test_a_dossier_adds_to_records_of_another_and_makes_its_dates_more_exact(
    dossier: Load, added: Load
) -> None:
    dossier()
    report = added()
    assert report.updated == [
        "prisoner ann, gender:  → female",
        "prisoner ann / detention only, began: 2021-01 → 2021-01-05",
        "prisoner ann / detention only / outcome first, destination:  → AQ",
    ]
    prisoner = Prisoner.objects.published().get()
    assert prisoner.gender == "female"
    assert {one.text for one in prisoner.names.published()} == {"Ann Test", "Anna Test"}
    assert str(Detention.objects.get().began) == "2021-01-05"
    assert headcounts() == (10, [4, 6])
    assert Citation.objects.published().filter(source__key="book").count() == 6


def test_loading_either_of_two_dossiers_again_changes_nothing(dossier: Load, added: Load) -> None:
    dossier()
    added()
    before = dump()
    for again in (dossier, added, dossier):
        report = again()
        assert report.updated + report.kept + report.removed + report.published == []
        assert dump() == before


def test_a_dossier_changes_nothing_that_another_says(dossier: Load, added: Load) -> None:
    dossier()
    report = added(
        ('gender = "female"', 'gender = "female"\noccupation = "Another occupation"'),
        ('began = "2021-01-05"', 'began = "2021-02-05"'),
    )
    said = "the record says “Test occupation”, the dossier “Another occupation”"
    assert report.kept == [
        f"prisoner ann, occupation: {said}",
        "prisoner ann / detention only, began: the record says “2021-01”, the dossier “2021-02-05”",
    ]


def test_a_date_that_a_researcher_entered_is_not_made_more_exact(
    dossier: Load, added: Load
) -> None:
    dossier()
    Detention.objects.update(began="2021")
    report = added()
    assert "prisoner ann / detention only, began: the record says “2021”" in report.kept[0]
    assert str(Detention.objects.get().began) == "2021"


def test_a_date_that_a_researcher_made_more_exact_is_no_conflict(dossier: Load) -> None:
    dossier()
    Detention.objects.update(began="2021-01-05")
    assert dossier().kept == []
    assert str(Detention.objects.get().began) == "2021-01-05"


def test_a_dossier_that_adds_to_one_that_is_not_loaded_says_which(added: Load) -> None:
    assert refused(added) == ["file, requires: it adds to the dossier “test”: load that first"]
    assert not any(rows for rows in dump().values())


def test_what_a_dossier_requires_is_a_list_of_names(dossier: Load, added: Load) -> None:
    dossier()
    assert refused(added, ('["test"]', '"test"')) == [
        'file, requires: write requires = ["name-of-a-dossier"]'
    ]


def test_a_record_that_the_other_dossier_does_not_have_is_reported(
    dossier: Load, added: Load
) -> None:
    dossier()
    (problem,) = refused(added, ('key = "ann"', 'key = "anne"'))
    assert problem == (
        "prisoner anne, from: the dossier “test” has no prisoner with the key “anne”"
    )


def test_a_key_of_another_dossier_is_not_taken_for_the_same_by_accident(
    dossier: Load, added: Load
) -> None:
    dossier()
    (problem,) = refused(added, ('key = "ann"\nfrom = "test"\n', 'key = "ann"\nslug = "bea"\n'))
    assert problem == (
        "prisoner ann, key: “ann” is of the dossier “test”; to add to it, say: from = …"
    )


def test_what_was_deleted_is_not_made_again_by_a_dossier_that_adds_to_it(
    dossier: Load, added: Load
) -> None:
    dossier()
    Prisoner.objects.all().delete()
    report = added()
    assert report.kept == ["prisoner ann: deleted since, not made again"]
    assert not PrisonerName.objects.exists()


def test_a_dossier_does_not_publish_what_another_left_as_a_draft(
    dossier: Load, added: Load
) -> None:
    dossier(publish=False)
    assert "prisoner ann, from: it is not public yet; publish it first" in refused(added)
    assert not Prisoner.objects.published().exists()


@pytest.mark.parametrize("name", sorted(shipped()))
def test_a_shipped_dossier_is_called_what_its_file_is(name: str) -> None:
    assert tomllib.loads(shipped()[name].read_text("utf-8"))["dossier"] == name


def test_the_command_takes_a_shipped_dossier_by_name_and_says_which_there_are() -> None:
    with pytest.raises(CommandError, match="belarus-2025-12-13”: load that first"):
        command("belarus-2025-2026")
    with pytest.raises(CommandError, match=r"no dossier “nonsense”.*: belarus-2025-12-13, belar"):
        command("nonsense")
    assert command("belarus-2025-12-13").startswith("belarus-2025-12-13.toml: ")
    assert Release.objects.get().headcount == 123
