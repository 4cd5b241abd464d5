"""What is true: the record's models, split by subject."""

from prisoners.models import append_only, no_finer  # noqa: F401  # make the triggers after migrations
from prisoners.models.accounts import Attempt, Invitation, Role
from prisoners.models.actors import Actor
from prisoners.models.addresses import ADDRESSED, FormerAddress
from prisoners.models.assignments import Assignment
from prisoners.models.base import UNSHOWN, AddressedRecord, Disclosure, Record, Scope, State
from prisoners.models.changes import Change, Version, version, written_as_a_whole
from prisoners.models.custody import ASKABLE, CountRange, Status
from prisoners.models.deals import Concession, Deal, DealParty, Statement
from prisoners.models.detentions import Charge, Detention, Facility, Placement, Sentence
from prisoners.models.disclosure import HOLDING_BACK, Consent, DisclosureRule, write_held_back
from prisoners.models.dossiers import DossierEntry
from prisoners.models.duplicates import (
    DuplicateCandidate,
    DuplicateSearch,
    Judgement,
    MergeProposal,
    Merger,
)
from prisoners.models.figures import Figure
from prisoners.models.history import (
    Operation,
    OperationKind,
    Origin,
    recorded,
    unrecorded,
)
from prisoners.models.holding_back import HoldsBack, How
from prisoners.models.importing import Import, ImportFile, ImportProfile, ImportRow
from prisoners.models.mentions import Mention, MentionSearch
from prisoners.models.people import (
    Affiliation,
    ExternalId,
    NameKey,
    Prisoner,
    PrisonerName,
    Recognition,
)
from prisoners.models.releases import Release, ReleaseDestination, ReleaseOutcome
from prisoners.models.sources import TARGET_NAMES, TARGETS, Citation, Source, citable
from prisoners.models.translations import (
    TRANSLATED,
    TRANSLATED_NAMES,
    WRITTEN_IN,
    Translation,
    other_languages,
)
from prisoners.models.workflow import Revision, Step, kind_of

__all__ = [
    "ADDRESSED",
    "ASKABLE",
    "HOLDING_BACK",
    "TARGETS",
    "TARGET_NAMES",
    "TRANSLATED",
    "TRANSLATED_NAMES",
    "UNSHOWN",
    "WRITTEN_IN",
    "Actor",
    "AddressedRecord",
    "Affiliation",
    "Assignment",
    "Attempt",
    "Change",
    "Charge",
    "Citation",
    "Concession",
    "Consent",
    "CountRange",
    "Deal",
    "DealParty",
    "Detention",
    "Disclosure",
    "DisclosureRule",
    "DossierEntry",
    "DuplicateCandidate",
    "DuplicateSearch",
    "ExternalId",
    "Facility",
    "Figure",
    "FormerAddress",
    "HoldsBack",
    "How",
    "Import",
    "ImportFile",
    "ImportProfile",
    "ImportRow",
    "Invitation",
    "Judgement",
    "Mention",
    "MentionSearch",
    "MergeProposal",
    "Merger",
    "NameKey",
    "Operation",
    "OperationKind",
    "Origin",
    "Placement",
    "Prisoner",
    "PrisonerName",
    "Recognition",
    "Record",
    "Release",
    "ReleaseDestination",
    "ReleaseOutcome",
    "Revision",
    "Role",
    "Scope",
    "Sentence",
    "Source",
    "State",
    "Statement",
    "Status",
    "Step",
    "Translation",
    "Version",
    "citable",
    "kind_of",
    "other_languages",
    "recorded",
    "unrecorded",
    "version",
    "write_held_back",
    "written_as_a_whole",
]
