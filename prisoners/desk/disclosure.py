"""What visitors see of one person, decided: facts held back, the name, the address."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from prisoners.desk.workflow import move, with_parts
from prisoners.models import (
    HOLDING_BACK,
    Citation,
    Disclosure,
    DisclosureRule,
    HoldsBack,
    How,
    Merger,
    Prisoner,
    PrisonerName,
    Record,
    Translation,
    write_held_back,
)
from prisoners.models.history import current
from prisoners.models.holding_back import shown_of, text_of
from prisoners.models.workflow import Verb
from prisoners.names import labels

# A word of a name that is shorter is part of too many other words.
TELLING = 3


def hold_back(
    *,
    record: HoldsBack,
    field: str,
    how: str,
    reason: str,
    asked_by: str = "",
    review_on: date | None = None,
) -> DisclosureRule:
    """Show visitors nothing, or only the month or the year, of one fact from now on.

    What is known stays in the rule. A rule that there is already for the fact is changed. Raise
    ValidationError where there can be none of this kind.
    """
    name = next(one for one, model in HOLDING_BACK.items() if type(record) is model)
    with transaction.atomic():
        before = DisclosureRule.objects.filter(**{name: record}, field=field).first()
        if before:
            lift(rule=before)
        record.refresh_from_db()
        rule = DisclosureRule(
            **{name: record},
            field=field,
            how=how,
            reason=reason.strip(),
            asked_by=asked_by,
            review_on=review_on,
        )
        rule.full_clean()
        rule.save()
        write_held_back(record)
        rule.refresh_from_db(fields=["kept"])
        return rule


def lift(*, rule: DisclosureRule) -> None:
    """Show visitors again what is known of a fact, unless something else was entered since."""
    record = rule.target
    with transaction.atomic():
        kept, how = dict(rule.kept), rule.how
        rule.delete()
        write_held_back(record)
        record.refresh_from_db()
        for name, text in kept.items():
            shown = text_of(record, name)
            setattr(record, name, text or None if _is_null(record, name) else text)
            if shown_of(record, name, how) != shown:
                setattr(record, name, shown or None if _is_null(record, name) else shown)
        record.save()


def _is_null(record: models.Model, name: str) -> bool:
    return bool(record._meta.get_field(name).null)


def show_as(*, person: Prisoner, identity: str, reason: str, asked_by: str = "") -> None:
    """Show somebody by name, by initials, or without either, from now on.

    Without the name nothing is left in public that tells it: every spelling, id elsewhere,
    affiliation and statement is withheld, portrait and biography are moved into rules, and the
    address becomes the public id, of which the former ones know nothing. Raise ValidationError,
    with each place, where a text that stays public holds a word of the name. Shown by name again,
    what was withheld stays so: each is looked at by somebody.
    """
    reason = reason.strip()
    with transaction.atomic():
        PrisonerName.objects.filter(prisoner=person, kind=PrisonerName.Kind.INITIALS).delete()
        if identity == Prisoner.Identity.FULL:
            person.identity = identity
            person.save(update_fields=["identity", "updated_at"])
            return
        if not reason:
            raise ValidationError(_("Say why this is withheld: the next researcher must know."))
        initials = initials_of(person)
        for name in ("portrait", "biography"):
            if name not in person.held and getattr(person, name):
                hold_back(record=person, field=name, how=How.WITHHELD, reason=reason)
        for related in ("names", "external_ids", "affiliations", "statements"):
            for part in getattr(person, related).filter(disclosure=Disclosure.PUBLIC):
                part.disclosure = Disclosure.WITHHELD
                part.disclosure_reason, part.disclosure_asked_by = reason, asked_by
                part.save()
        forget_address(person=person)
        person.identity = identity
        person.save(update_fields=["identity", "updated_at"])
        if identity == Prisoner.Identity.INITIALS and initials:
            shown = PrisonerName.objects.create(
                prisoner=person, text=initials, language="en", kind=PrisonerName.Kind.INITIALS
            )
            # Its name was public, and this tells less.
            move([shown], Verb.PUBLISHED, lead=shown, by=current().by, reason=reason)
        if told := [*_texts_that_name(person)]:
            raise ValidationError(
                [
                    _("“%(text)s” holds the name: change or withhold it first.") % {"text": text}
                    for text in told
                ]
            )


def initials_of(person: Prisoner) -> str:
    """Return the initials of the name that is shown in English; empty where there is none."""
    names = [one for one in person.names.all() if one.kind != PrisonerName.Kind.INITIALS]
    if not names:
        return ""
    shown = min(names, key=lambda name: name.rank("en"))
    words = [word for word in shown.text.replace("-", " ").split() if word[0].isalpha()]
    return " ".join(f"{word[0].upper()}." for word in words)


def _texts_that_name(person: Prisoner) -> Iterator[str]:
    """Yield each public text about somebody in which a word of their names stands."""
    people = [person, *merged_into(person)]
    names = PrisonerName.objects.filter(prisoner__in=people).exclude(
        kind=PrisonerName.Kind.INITIALS
    )
    spelt = [labels(name.text) for name in names]
    words = {word for name in spelt for word in name if len(word) >= TELLING}
    # Where each word is short, they tell together: Li Na.
    short = {name for name in spelt if name and not words.intersection(name)}
    for one in with_parts(person):
        if one.disclosure == Disclosure.WITHHELD or isinstance(one, Citation | PrisonerName):
            continue
        for text in _texts_of(one):
            said = labels(text)
            # With an ending, too: names are declined.
            if any(label.startswith(word) for label in said for word in words) or any(
                said[at : at + len(name)] == name for name in short for at in range(len(said))
            ):
                yield text[:80]


def _texts_of(record: Record) -> Iterator[str]:
    names = ("text",) if isinstance(record, Translation) else record.facts + record.translated
    for name in dict.fromkeys(names):
        value = record.__dict__.get(name)
        if isinstance(value, str) and value:
            yield value


def forget_address(*, person: Prisoner) -> None:
    """Give somebody an address that says nothing, and forget every other that they had.

    A former address then answers like one that never was, also where it was public. So do those of
    the records that were merged into this one, which would say that they are gone.
    """
    for one in [person, *merged_into(person)]:
        one.forget_addresses(one.public_id)


def merged_into(person: Prisoner) -> Iterator[Prisoner]:
    """Yield each record that was merged into one of somebody, or into such a one."""
    for merger in Merger.objects.standing().filter(kept=person).select_related("merged"):
        yield merger.merged
        yield from merged_into(merger.merged)
