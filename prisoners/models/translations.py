"""What records say in other languages than the one that they are written in."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from prisoners.models.base import Record, by_target, exactly_one, record_constraints, work_indexes
from prisoners.models.sources import TARGETS

# The language that records are written in; what they say in it is no translation.
WRITTEN_IN: Final = settings.LANGUAGE_CODE
# Every kind of record that has text of our own, by the name of a translation's relation to it.
TRANSLATED: dict[str, type[Record]] = {
    name: model for name, model in TARGETS.items() if model.translated
}
TRANSLATED_NAMES: dict[type[Record], str] = {model: name for name, model in TRANSLATED.items()}


def other_languages() -> dict[str, str]:
    """Return the languages that a record can be translated into: code to its own name."""
    return {code: str(name) for code, name in settings.LANGUAGES if code != WRITTEN_IN}


def _target(name: str) -> Any:
    model = TRANSLATED[name]
    return models.ForeignKey(
        model,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="translations",
        verbose_name=model._meta.verbose_name,
        db_index=False,  # see ``by_target``
    )


class Translation(Record):
    """One field of one record in one language. It says what the original says, and cites nothing.

    It is looked up only for records that are public themselves, as citations are.
    """

    prisoner = _target("prisoner")
    affiliation = _target("affiliation")
    recognition = _target("recognition")
    detention = _target("detention")
    charge = _target("charge")
    sentence = _target("sentence")
    facility = _target("facility")
    actor = _target("actor")
    release = _target("release")
    deal = _target("deal")
    concession = _target("concession")
    statement = _target("statement")
    field = models.CharField(_("what is translated"), max_length=40)
    language = models.CharField(_("language"), max_length=12)
    text = models.TextField(
        _("translation"), help_text=_("As exact as the original: nothing added, nothing left out.")
    )

    class Meta:
        verbose_name = _("translation")
        verbose_name_plural = _("translations")
        ordering = ("language", "pk")
        indexes = [*work_indexes("translation"), *by_target("translation", list(TRANSLATED))]
        constraints = [
            *record_constraints("translation"),
            exactly_one(
                "translation", list(TRANSLATED), _("A translation is of exactly one record.")
            ),
            models.CheckConstraint(
                condition=~models.Q(text=""),
                name="translation_says_something",
                violation_error_message=_("A translation is not empty."),
            ),
            *(
                models.UniqueConstraint(
                    fields=[name, "field", "language"],
                    name=f"translation_of_{name}_once",
                    violation_error_message=_("This is translated into this language already."),
                )
                for name in TRANSLATED
            ),
        ]

    def __str__(self) -> str:
        return f"{self.language}: {self.text[:60]}"

    def clean(self) -> None:
        """Refuse a field that is not translated, and a language that the site does not have."""
        super().clean()
        errors = {}
        target = self.target
        if target is not None and self.field not in target.translated:
            errors["field"] = _("“%(field)s” is not translated; these are: %(fields)s.") % {
                "field": self.field,
                "fields": ", ".join(target.translated),
            }
        if self.language not in other_languages():
            errors["language"] = _("This site has no such language; it has: %(codes)s.") % {
                "codes": ", ".join(other_languages())
            }
        if errors:
            raise ValidationError(errors)

    def get_absolute_url(self) -> str:
        if self.target is None:
            raise ValueError("a translation of nothing is shown nowhere")
        return self.target.get_absolute_url()

    @property
    def target_name(self) -> str | None:
        """The name of the relation that is set; None before one is."""
        return next((name for name in TRANSLATED if getattr(self, f"{name}_id") is not None), None)

    @property
    def target(self) -> Record | None:
        """The record that is translated; None before it is set."""
        name = self.target_name
        return getattr(self, name) if name else None
