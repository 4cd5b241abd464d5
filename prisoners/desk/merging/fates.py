"""What becomes of everything that is related to a record that is merged, and what is compared."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import Any, Final

from django.db import models
from django_countries.fields import CountryField

from prisoners.models import (
    Affiliation,
    Charge,
    Detention,
    ExternalId,
    Placement,
    Prisoner,
    PrisonerName,
    Recognition,
    Record,
    ReleaseOutcome,
    Sentence,
)
from prisoners.models.accounts import RESTRICTED_FACTS
from prisoners.models.fields import IntervalField


class Fate(Enum):
    """What becomes of the records that are related to one that is merged."""

    # They go to the kept record; where it has the same one, the two are united.
    MOVE = "move"
    # As above, but whether two are the same one is asked.
    ASK = "ask"
    # They go to the kept record, and are shown to nobody on the way: not everybody who merges may
    # read them.
    APART = "apart"
    # They go along with the value that they are of.
    FOLLOW = "follow"
    # They are about the merged record itself, and stay with it.
    STAY = "stay"
    # They are derived from the rest, and made anew.
    DERIVED = "derived"


# Of every relation to a record that can be united with another one: the model and its field.
FATES: Final[dict[type[models.Model], dict[str, Fate]]] = {
    Prisoner: {
        "prisonername.prisoner": Fate.MOVE,
        "externalid.prisoner": Fate.MOVE,
        "affiliation.prisoner": Fate.MOVE,
        "recognition.prisoner": Fate.MOVE,
        "detention.prisoner": Fate.ASK,
        "statement.prisoner": Fate.MOVE,
        "citation.prisoner": Fate.FOLLOW,
        "translation.prisoner": Fate.FOLLOW,
        "formeraddress.prisoner": Fate.MOVE,
        "consent.prisoner": Fate.APART,
        "disclosurerule.prisoner": Fate.APART,
        # Who works on it was to do so on this record.
        "assignment.prisoner": Fate.STAY,
        # What was judged of it, and where it was merged into or from, is its own past.
        "judgement.first": Fate.STAY,
        "judgement.second": Fate.STAY,
        "merger.merged": Fate.STAY,
        "merger.kept": Fate.STAY,
        # What was proposed was of these two; whoever decides is told what became of them.
        "mergeproposal.merged": Fate.STAY,
        "mergeproposal.kept": Fate.STAY,
        # What a list said of it; the next import of the list goes on with the kept record.
        "importrow.prisoner": Fate.STAY,
        # What was found of a text that holds one of its names; of the kept one it is asked anew.
        "mention.person": Fate.STAY,
        "duplicatecandidate.first": Fate.DERIVED,
        "duplicatecandidate.second": Fate.DERIVED,
    },
    PrisonerName: {
        "citation.prisoner_name": Fate.FOLLOW,
        "namekey.name": Fate.DERIVED,
    },
    ExternalId: {"citation.external_id": Fate.FOLLOW},
    Affiliation: {
        "disclosurerule.affiliation": Fate.APART,
        "citation.affiliation": Fate.FOLLOW,
        "translation.affiliation": Fate.FOLLOW,
    },
    Recognition: {
        "disclosurerule.recognition": Fate.APART,
        "citation.recognition": Fate.FOLLOW,
        "translation.recognition": Fate.FOLLOW,
    },
    Detention: {
        "placement.detention": Fate.MOVE,
        "charge.detention": Fate.MOVE,
        "sentence.detention": Fate.MOVE,
        "releaseoutcome.detention": Fate.MOVE,
        "disclosurerule.detention": Fate.APART,
        "citation.detention": Fate.FOLLOW,
        "translation.detention": Fate.FOLLOW,
    },
    Placement: {
        "disclosurerule.placement": Fate.APART,
        "citation.placement": Fate.FOLLOW,
    },
    Charge: {
        "disclosurerule.charge": Fate.APART,
        "citation.charge": Fate.FOLLOW,
        "translation.charge": Fate.FOLLOW,
    },
    Sentence: {
        "disclosurerule.sentence": Fate.APART,
        "citation.sentence": Fate.FOLLOW,
        "translation.sentence": Fate.FOLLOW,
    },
    ReleaseOutcome: {"citation.release_outcome": Fate.FOLLOW},
}

# By which fields two parts are the same one. What is not named here is never united.
IDENTITY: Final[dict[type[models.Model], tuple[str, ...]]] = {
    PrisonerName: ("text", "language"),
    ExternalId: ("scheme", "value"),
    Affiliation: ("actor", "kind", "role"),
    Recognition: ("organisation",),
    Placement: ("facility", "began", "ended"),
    Charge: ("code", "article", "part"),
    Sentence: ("kind", "passed", "years", "months", "days"),
    ReleaseOutcome: ("release",),
}

# What each record has for itself, whatever it is united with.
ITS_OWN: Final = frozenset(
    {"id", "key", "slug", "public_id", "state", "disclosure", "created_at", "updated_at"}
)
# Of two days to look again, the first one counts.
EARLIEST: Final = "disclosure_review_on"
# What is chosen together: the rights of a portrait go with it.
COMPANIONS: Final[dict[str, tuple[str, ...]]] = {
    "portrait": ("portrait_rights",),
    "occupation": ("occupation_group",),
    "end_kind": ("end_known_on",),
}
FOLLOWING: Final = frozenset(name for names in COMPANIONS.values() for name in names)
# How a spelling is shown is decided on the page of its person; nobody has to choose again.
AS_KEPT: Final[dict[type[models.Model], frozenset[str]]] = {
    PrisonerName: frozenset({"script", "kind", "is_display", "filed_as"}),
}


def held(record: Record, name: str) -> Any:
    """Return what a record holds in a field, so that it can be compared; empty for nothing."""
    model_field: Any = record._meta.get_field(name)
    if isinstance(model_field, models.ForeignKey):
        return getattr(record, model_field.attname)
    value = getattr(record, name)
    if isinstance(model_field, CountryField):
        return tuple(sorted(one.code for one in value)) if model_field.multiple else value.code
    if isinstance(model_field, models.FileField):
        return value.name or ""
    return value.text if isinstance(model_field, IntervalField) and value else value


def is_empty(record: Record, name: str) -> bool:
    return held(record, name) in (None, "", ())


def chosen_fields(model: type[models.Model]) -> list[str]:
    """Return the fields in which two records of a kind can differ, and one is chosen."""
    left_out = ITS_OWN | set(RESTRICTED_FACTS) | FOLLOWING | AS_KEPT.get(model, frozenset())
    owner = getattr(model, "owner_field", None)
    return [
        one.name
        for one in model._meta.concrete_fields
        if one.editable and one.name not in {*left_out, owner} and not hasattr(one, "derived_from")
    ]


def joined_fields(model: type[models.Model]) -> list[str]:
    """Return the fields that hold words for the desk alone: they are put one after the other."""
    return [
        one.name
        for one in model._meta.concrete_fields
        if one.name in RESTRICTED_FACTS
        and isinstance(one, models.CharField | models.TextField)
        and not one.choices
    ]


def relations(model: type[models.Model], *fates: Fate) -> Iterator[Any]:
    """Yield the relations to a kind of record that have one of some fates."""
    for relation in model._meta.related_objects:
        name = f"{relation.related_model._meta.model_name}.{relation.field.name}"
        if FATES[model].get(name) in fates:
            yield relation
