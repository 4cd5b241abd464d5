"""What every form of the desk shares: each rule is checked, and its message is at its field."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.forms.formsets import DELETION_FIELD_NAME
from django.forms.models import BaseInlineFormSet, InlineForeignKeyField
from django.utils.translation import gettext_lazy as _

from prisoners.admin.fields import RecordChoice
from prisoners.desk.revisions import put
from prisoners.desk.workflow import UNPUBLISHED
from prisoners.models import State, kind_of
from prisoners.models.fields import first_name, last_name

# The field at which the message of a constraint helps most; any other stands above the form.
PLACES: Final = {
    "prisoner_dies_after_birth": "death",
    "prisoner_portrait_with_its_rights": "portrait_rights",
    "prisonername_one_shown_in_each_language": "is_display",
    "prisonername_each_spelling_once": "text",
    "prisonername_not_empty": "text",
    "externalid_one_person_each": "value",
    "affiliation_ends_after_it_began": "ended",
    "recognition_once_by_each_organisation": "organisation",
    "detention_ends_after_it_began": "ended",
    "detention_end_says_how": "end_kind",
    "detention_not_confirmed_after_its_end": "last_confirmed",
    "detention_not_confirmed_before_it_began": "last_confirmed",
    "detention_one_open_each_person": "end_kind",
    "facility_position_whole": "latitude",
    "placement_ends_after_it_began": "ended",
    "releasedestination_each_country_once": "country",
    "releaseoutcome_once_each_detention": "detention",
    "dealparty_each_part_once": "role",
    "statement_exactly_one_target": "speaker",
    "statement_about_something": "deal",
    "figure_relation_to_a_release": "release",
    "figure_allows_a_number": "value",
    "citation_contradiction_gives_its_value": "value",
}
WITHHELD: Final = "_withheld_for_a_reason"


def place(constraint: str) -> str | None:
    """Return the field at which the message of a constraint belongs; None: above the form."""
    return "disclosure_reason" if constraint.endswith(WITHHELD) else PLACES.get(constraint)


class RecordForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    """A form of one record.

    ``refusal`` is what the database said when the same entries were about to be written.
    """

    refusal: ValidationError | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            widget = field.widget
            if isinstance(widget, RelatedFieldWidgetWrapper):
                widget = widget.widget
            if isinstance(widget, RecordChoice):
                relation = self.instance._meta.get_field(name)
                if relation.is_cached(self.instance):
                    widget.known = getattr(self.instance, name)

    def clean(self) -> dict[str, Any] | None:
        cleaned: dict[str, Any] | None = super().clean()
        if self.refusal is not None:
            raise self.refusal
        return cleaned

    def _post_clean(self) -> None:
        """Check every rule but those on fields that are wrong already, each at its own field.

        Django leaves out the rules on what is not in the form, such as the state, and puts the
        messages of all others above the form.
        """
        super()._post_clean()  # type: ignore[misc]  # Django's own hook, not in its stubs
        wrong = [name for name in self.errors if name != NON_FIELD_ERRORS]
        owners = [
            name for name, field in self.fields.items() if isinstance(field, InlineForeignKeyField)
        ]
        days = [day for name in wrong for day in (first_name(name), last_name(name))]
        exclude = {*wrong, *days, *owners}
        for model, constraints in self.instance.get_constraints():
            for constraint in constraints:
                try:
                    constraint.validate(model, self.instance, exclude=exclude)
                except ValidationError as error:
                    take_back(self, error.messages)
                    field = place(constraint.name)
                    self.add_error(field if field in self.fields else None, error)


class RecordFormSet(BaseInlineFormSet):  # type: ignore[type-arg]  # generic in the stubs only
    """Parts of one record on its page. One that was ever public is withdrawn, not deleted.

    ``may_publish`` is whether whoever looks at it may change what was ever public; ``proposes``,
    whether a change of what is public is proposed; ``proposed``, what is to be shown of it.
    """

    may_publish = False
    proposes = False
    proposed: dict[Any, Any] = {}  # set on the class made for one request

    def get_queryset(self) -> Any:
        is_read = hasattr(self, "_queryset")
        rows = super().get_queryset()
        if self.proposed and not is_read:
            for one in rows:
                put(one, self.proposed.get((kind_of(one), one.pk), {}))
        return rows

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        instance = form.instance
        is_open = self.may_publish or (self.proposes and instance.state == State.PUBLISHED)
        if instance.pk and instance.state not in UNPUBLISHED and not is_open:
            for field in form.fields.values():
                field.disabled = not field.widget.is_hidden
        if DELETION_FIELD_NAME in form.fields and instance.pk and instance.state not in UNPUBLISHED:
            box = form.fields[DELETION_FIELD_NAME]
            box.disabled = True
            box.widget.attrs["title"] = _(
                "It was public: open it and withdraw it, so that its traces stay readable."
            )

    def kept(self) -> list[Any]:
        """Return the forms that hold a part, without the empty and the deleted ones."""
        return [
            form
            for form in self.forms
            if (form.instance.pk or form.has_changed()) and not is_deleted(form)
        ]


def is_deleted(form: Any) -> bool:
    """Whether a row of a formset is marked to be deleted."""
    return bool(form.cleaned_data.get(DELETION_FIELD_NAME))


def take_back(form: forms.ModelForm[Any], messages: list[str]) -> None:
    """Remove messages that stand above a form."""
    errors = form.errors.get(NON_FIELD_ERRORS)
    if errors is None:
        return
    errors.data = [one for one in errors.as_data() if not set(messages).intersection(one.messages)]
    if not errors.data:
        del form.errors[NON_FIELD_ERRORS]


def leave_to_formset(form: RecordForm) -> None:
    """Take back what a record's ``clean`` says of its siblings: it knows only the stored ones.

    Their formset compares the new entries with each other.
    """
    try:
        form.instance.clean()
    except ValidationError as error:
        take_back(form, error.messages)
