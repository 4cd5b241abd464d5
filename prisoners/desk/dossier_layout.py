"""What a dossier may hold: its tables, the models that they fill, and what is said of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from prisoners.models import (
    Actor,
    Affiliation,
    Charge,
    Concession,
    Deal,
    DealParty,
    Detention,
    ExternalId,
    Facility,
    Figure,
    Placement,
    Prisoner,
    PrisonerName,
    Recognition,
    Record,
    Release,
    ReleaseDestination,
    ReleaseOutcome,
    Sentence,
    Source,
    Statement,
)


@dataclass(frozen=True, slots=True)
class Section:
    """A table of a dossier: its name, the model that it fills, and the tables inside it."""

    name: str
    model: type[Record]
    parts: tuple[Section, ...] = ()


# In the order in which they are loaded and published: what others hang on comes first.
SECTIONS: Final = (
    Section("source", Source),
    Section("actor", Actor),
    Section("facility", Facility),
    Section("deal", Deal, (Section("party", DealParty), Section("concession", Concession))),
    Section("release", Release, (Section("destination", ReleaseDestination),)),
    Section(
        "prisoner",
        Prisoner,
        (
            Section("name", PrisonerName),
            Section("external_id", ExternalId),
            Section("affiliation", Affiliation),
            Section("recognition", Recognition),
            Section(
                "detention",
                Detention,
                (
                    Section("placement", Placement),
                    Section("charge", Charge),
                    Section("sentence", Sentence),
                    Section("outcome", ReleaseOutcome),
                ),
            ),
        ),
    ),
    Section("statement", Statement),
    Section("figure", Figure),
)
HEADER: Final = ("dossier", "title", "requires")
# What a dossier may say of any record besides its facts.
COMMON: Final = ("slug", "disclosure", "disclosure_reason", "note")
CITATION_FIELDS: Final = ("source", "locator", "stance", "value", "read_on", "archived", "note")
WHOLE_RECORD: Final = "record"
# Says of which other dossier a record is.
ORIGIN: Final = "from"
