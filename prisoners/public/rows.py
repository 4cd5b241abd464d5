"""The rows of the list of people, each with its footnotes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext

from prisoners.models import Detention, Prisoner, PrisonerName, Status
from prisoners.public import words
from prisoners.public.footnotes import Footnotes
from prisoners.public.words import confirmed, status_facts
from prisoners.reading.filters import PrisonerFilter, Standing
from prisoners.reading.people import Line

Context = dict[str, Any]
NOTHING = SafeString("")


class Rows:
    """What the table of people says of each, with the notes that its facts rest on.

    A page has many and is made anew for each question, so that what is said of all of them is
    looked up once: the words in the reader's language, and what their addresses have in common.
    """

    def __init__(self, asked: PrisonerFilter, notes: Footnotes) -> None:
        self.asked = asked
        self.notes = notes
        self.statuses = asked.statuses
        self.phrases = words.phrases()
        self.before, self.after = Prisoner.address_around()
        self.doubt = gettext("possibly: the dates known leave it open")

    def of(self, lines: Iterable[tuple[Line, Standing]]) -> list[Context]:
        return [self._row(line, standing) for line, standing in lines]

    def _row(self, line: Line, standing: Standing) -> Context:
        person, shown = line.person, line.shown
        custody = standing.custody
        # Somebody of whom the status asked for is only possible is shown under it, and marked.
        possibly = bool(self.statuses) and custody not in self.statuses
        status = self.statuses[0] if possibly else custody
        mark = "unknown" if status is Status.NOT_YET else status.value
        own = words.own_name(person, shown)
        row: Context = {
            "name": shown.text if shown else person.public_id,
            "lang": words.language_of(shown),
            "url": f"{self.before}{person.slug}{self.after}",
            "own_name": own.text if own else "",
            "own_lang": words.language_of(own),
            "name_refs": self.notes.marks(shown, "text") if shown else NOTHING,
            "matched": "",
            "status": mark,
            "doubt": "" if standing.is_certain or possibly else self.doubt,
        }
        if self.asked.found is not None:
            row |= self._matched(person, shown)
        return row | self._custody_of(line.detention, status, mark, possibly=possibly)

    def _matched(self, person: Prisoner, shown: PrisonerName | None) -> Context:
        """Return the spelling that was found, where it is not the name shown."""
        spelling = self.asked.found.spellings.get(person.pk) if self.asked.found else None
        if spelling is None or (shown and spelling.text == shown.text):
            return {}
        return {"matched": spelling.text, "matched_lang": spelling.language}

    def _custody_of(
        self, detention: Detention | None, status: Status, mark: str, *, possibly: bool
    ) -> Context:
        """Return what a row says of the detention that it is about, if there is any."""
        phrases, notes = self.phrases, self.notes
        if detention is None:
            return {"status_word": phrases.status(mark, possibly=possibly)}
        is_over = status in (Status.RELEASED, Status.DIED)
        is_held = status is Status.HELD
        ended = phrases.when(detention.ended) if is_over else ""
        since = phrases.label(detention.began)
        # In the order in which they stand on the page, by which notes are numbered.
        known: Context = {
            "since": since,
            "since_refs": notes.marks(detention, "began") if since else NOTHING,
            "status_word": phrases.status(mark, ended, possibly=possibly),
            "until": phrases.label(detention.ended) if is_held else "",
            "status_refs": notes.marks(detention, *status_facts(detention)),
            "confirmed": confirmed(detention, phrases) if is_held and detention.is_open else "",
        }
        place, place_refs = self._place(detention, status)
        return known | {"place": place, "place_refs": place_refs}

    def _place(self, detention: Detention, status: Status) -> tuple[str, SafeString]:
        """Where somebody is held, else by whom; where they went, if free; else nothing."""
        if status is Status.RELEASED:
            for outcome in detention.loaded("outcomes"):
                if outcome.destination:
                    to = self.phrases.to(outcome.destination.code)
                    return to, self.notes.marks(outcome, "destination")
            return "", NOTHING
        if detention.is_open:
            for stay in detention.loaded("placements"):
                if stay.ended is None:
                    return str(stay.facility), self.notes.marks(stay, "facility")
        return self.phrases.held_by(detention.country_code), self.notes.marks(detention, "country")
