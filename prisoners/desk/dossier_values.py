"""Values as a dossier writes them, as a record holds them, and back."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _
from django_countries.fields import CountryField

from prisoners import dates
from prisoners.models import Record
from prisoners.models.fields import IntervalField


def tidy(value: Any) -> Any:
    """Return a value as JSON can hold it, text with its line breaks folded but for paragraphs."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        paragraphs = (" ".join(part.split()) for part in value.split("\n\n"))
        return "\n\n".join(part for part in paragraphs if part)
    if isinstance(value, list):
        return [tidy(one) for one in value]
    return value


def typed(model_field: Any, value: Any) -> Any:
    """Return a value as a field takes it; raise ValidationError where its type is another one."""
    if isinstance(model_field, CountryField):
        expected: tuple[type, ...] = (list,) if model_field.multiple else (str,)
    elif isinstance(model_field, models.BooleanField):
        expected = (bool,)
    elif isinstance(model_field, models.IntegerField):
        expected = (int,)
    elif isinstance(model_field, models.DecimalField):
        expected = (float, int)
    else:
        expected = (str,)
    if not isinstance(value, expected) or (isinstance(value, bool) and bool not in expected):
        wanted = {
            str: _("text in quotes"),
            int: _("a whole number"),
            float: _("a number"),
            bool: "true / false",
        }
        raise ValidationError(
            _("expected %(wanted)s, not %(value)r")
            % {"wanted": wanted.get(expected[0], _("a list of texts")), "value": value}
        )
    if isinstance(model_field, (models.DateField, models.DecimalField)):
        return model_field.to_python(str(value))
    return value


def refines(record: Record, one: str, exact: object, rough: object) -> bool:
    """Return whether one value of a field says what another one says, only more exactly.

    Of dates alone it can be told: 14 July 2021 is in July 2021.
    """
    if not isinstance(record._meta.get_field(one), IntervalField):
        return False
    try:
        dated = [dates.parse(value) if isinstance(value, str) else None for value in (exact, rough)]
    except dates.DateTextError:
        return False
    return bool(dated[0] and dated[1] and dated[0].refines(dated[1]))


def raw(record: Record, one: str) -> Any:
    """Return what a record holds in a field, as a dossier would say it."""
    model_field = record._meta.get_field(one)
    value = getattr(record, one)
    if isinstance(model_field, models.ForeignKey):
        return value.key if value else None
    if isinstance(model_field, IntervalField):
        return value.text if value else None
    if isinstance(model_field, CountryField):
        if model_field.multiple:
            return [country.code for country in value]
        return str(value.code or "")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(model_field, models.DecimalField):
        return None if value is None else float(value)
    return value
