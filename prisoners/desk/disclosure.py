"""What visitors see of one person, decided: facts held back, the name, the address."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from prisoners.desk import duplicates
from prisoners.desk.telling import (
    deaths_told,
    is_finer,
    merged_into,
    refuse_telling,
    texts_that_name,
)
from prisoners.desk.workflow import hold, move
from prisoners.models import (
    HOLDING_BACK,
    Detention,
    Disclosure,
    DisclosureRule,
    HoldsBack,
    How,
    Merger,
    Prisoner,
    PrisonerName,
    State,
    write_held_back,
)
from prisoners.models.history import current
from prisoners.models.holding_back import shown_of, text_of
from prisoners.models.workflow import Verb
from prisoners.reading.owners import root_of


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

    What is known stays in the rule. A rule that there is already for the fact is changed. With a
    death of which less is shown, the end of the detention that it ended is held back as far; with
    any fact, the same one of what was merged into the record, where it stays when it is shown
    again. Raise ValidationError where there can be no rule of this kind, and, with the place,
    where something else goes on telling a death.
    """
    name = next(one for one, model in HOLDING_BACK.items() if type(record) is model)
    with transaction.atomic():
        before = DisclosureRule.objects.filter(**{name: record}, field=field).first()
        if before:
            _take_out(before)
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
        for twin in _merged_into(record):
            if text_of(twin, field):
                hold_back(
                    record=twin,
                    field=field,
                    how=how,
                    reason=reason,
                    asked_by=asked_by,
                    review_on=review_on,
                )
        if isinstance(record, Prisoner) and field == "death" and how != How.WITHHELD:
            _hold_back_ends(record, rule)
        person = _person_of(record)
        if field in ("death", "ended") and (told := list(deaths_told(person))):
            raise ValidationError(told)
        duplicates.look_again(people=[person.pk])
        return rule


def _person_of(record: HoldsBack) -> Prisoner:
    return Prisoner.objects.get(pk=root_of(record).pk)  # type: ignore[arg-type]  # all are records


def _merged_into(record: HoldsBack) -> Iterator[HoldsBack]:
    """Yield what was merged into a record, or united with it: it goes on saying the same."""
    kind = record._meta.model_name
    for merger in Merger.objects.standing().filter(kept=_person_of(record)):
        if isinstance(record, Prisoner):
            yield merger.merged
            continue
        for united, merged, kept in merger.united:
            if (united, kept) == (kind, record.pk):
                yield from type(record)._default_manager.filter(pk=merged)


def _died(person: Prisoner) -> Any:
    died = person.detentions.filter(end_kind=Detention.EndKind.DIED)
    return died.exclude(state=State.WITHDRAWN)


def _hold_back_ends(person: Prisoner, rule: DisclosureRule) -> None:
    """Show of the end of a detention, where it is the death, as little as of the death itself."""
    for detention in _died(person):
        if is_finer(detention, "ended", rule.how):
            hold_back(
                record=detention,
                field="ended",
                how=rule.how,
                reason=rule.reason,
                asked_by=rule.asked_by,
                review_on=rule.review_on,
            )


def lift(*, rule: DisclosureRule) -> None:
    """Show visitors again what is known of a fact, unless something else was entered since.

    With a death, the end of the detention that it ended is shown again: each tells the other. Raise
    ValidationError, with the place, where that end is held back for a reason of its own, and where
    something would be told that is still held back.
    """
    record = rule.target
    with transaction.atomic():
        _take_out(rule)
        if isinstance(record, Prisoner) and rule.field == "death":
            for of_end in DisclosureRule.objects.filter(detention__in=_died(record), field="ended"):
                if (of_end.reason, of_end.asked_by) == (rule.reason, rule.asked_by):
                    _take_out(of_end)
                elif is_finer(record, "death", of_end.how):
                    raise ValidationError(_stands_by_itself(of_end))
        refuse_telling(record)
        duplicates.look_again(people=[_person_of(record).pk])


def _stands_by_itself(of_end: DisclosureRule) -> str:
    return _(
        "%(detention)s: its end is held back for a reason of its own, and the day of the death "
        "tells it. Where that is over too, hold it back for the reason given for the death, and "
        "then show both."
    ) % {"detention": of_end.target}


def _take_out(rule: DisclosureRule) -> None:
    record = rule.target
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
    with each place, where a text that stays public holds a word of the name, or one of a release,
    deal, statement or source that they are linked with names them. Shown by name again, what was
    withheld stays so: each is looked at by somebody.
    """
    reason = reason.strip()
    with transaction.atomic():
        # Nobody else publishes a text about them meanwhile.
        hold(person)
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
        if told := list(dict.fromkeys(texts_that_name(person))):
            raise ValidationError(told)
        duplicates.look_again(people=[person.pk])


def initials_of(person: Prisoner) -> str:
    """Return the initials of the name that is shown in English; empty where there is none."""
    names = [one for one in person.names.all() if one.kind != PrisonerName.Kind.INITIALS]
    if not names:
        return ""
    shown = min(names, key=lambda name: name.rank("en"))
    words = [word for word in shown.text.replace("-", " ").split() if word[0].isalpha()]
    return " ".join(f"{word[0].upper()}." for word in words)


def forget_address(*, person: Prisoner) -> None:
    """Give somebody an address that says nothing, and forget every other that they had.

    A former address then answers like one that never was, also where it was public. So do those of
    the records that were merged into this one, which would say that they are gone.
    """
    for one in [person, *merged_into(person)]:
        one.forget_addresses(one.public_id)
