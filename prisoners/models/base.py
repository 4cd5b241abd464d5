"""What all records share: a state, a disclosure, and who may see them."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Sequence
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.core.validators import ProhibitNullCharactersValidator, slug_re
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.lookups import IsNull
from django.urls import get_script_prefix, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from prisoners.models.fields import IntervalField, first_name, last_name, read_interval
from prisoners.models.history import Histories
from prisoners.models.looking import previewed
from prisoners.models.recording import Recorded, RecordedQuerySet

if TYPE_CHECKING:
    from django.db.models.fields.related import ForeignKey

# Crockford's base 32: no letter that is mistaken for a digit when an id is read out.
ID_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
ID_LENGTH = 8

STANDS_FOR_A_SLUG = "of-this-name"

# The largest whole number that a column holds on PostgreSQL; SQLite would take more.
LARGEST = 2**31 - 1


def new_public_id() -> str:
    """Return a random id; it says nothing of when, or after how many others, it was made."""
    number = secrets.randbits(5 * ID_LENGTH)
    return "".join(ID_ALPHABET[number >> 5 * place & 31] for place in range(ID_LENGTH))


class State(models.TextChoices):
    DRAFT = "draft", _("draft")
    IN_REVIEW = "in_review", _("in review")
    PUBLISHED = "published", _("published")
    WITHDRAWN = "withdrawn", _("withdrawn")


class Disclosure(models.TextChoices):
    PUBLIC = "public", _("public")
    WITHHELD = "withheld", _("withheld")


# Fields of every record that no page shows, so that pages need not load them.
UNSHOWN = (
    "key",
    "disclosure_reason",
    "disclosure_asked_by",
    "disclosure_review_on",
    "note",
    "created_at",
    "updated_at",
)


class Scope(Enum):
    """Whose records an answer is made from."""

    ALL = "all"
    PUBLISHED = "published"
    COUNTED = "counted"


def interval_fields(model: type[models.Model]) -> dict[str, IntervalField]:
    return {field.name: field for field in model._meta.fields if isinstance(field, IntervalField)}


def derived_fields(model: type[models.Model], names: Collection[str]) -> list[Any]:
    """Return the fields that are derived from any of some others whenever those are written."""
    return [
        field
        for field in model._meta.fields
        if not set(getattr(field, "derived_from", ())).isdisjoint(names)
    ]


def with_derived(model: type[models.Model], names: Iterable[str]) -> set[str]:
    """Return field names, and those of the fields that are derived from them."""
    chosen = set(names)
    return chosen | {field.name for field in derived_fields(model, chosen)}


class RecordQuerySet(RecordedQuerySet):
    """Records, and the ones among them that may be seen or counted."""

    _scope = Scope.ALL
    # Whether what is written was looked at row by row; see ``HoldsBack``.
    _one_by_one = False

    def _clone(self) -> Self:
        clone: Self = super()._clone()  # type: ignore[misc]  # Django's own hook, not in its stubs
        clone.__dict__["_scope"] = self._scope
        clone.__dict__["_one_by_one"] = self._one_by_one
        return clone

    def published(self) -> Self:
        """Return what visitors may see: published, public, and so all that it hangs on."""
        return self._within(Scope.PUBLISHED)

    def counted(self) -> Self:
        """Return what may be counted: published, withheld ones included. Never show a row of it."""
        return self._within(Scope.COUNTED)

    def published_parts(self) -> Self:
        """Return what visitors may see of records that are known to be public themselves.

        For parts loaded with their owner: asking for the owner's state again would join every
        table up to the person's.
        """
        return self.published_apart_from(self.model.owner_field or "").defer(*UNSHOWN)

    def published_apart_from(self, name: str) -> Self:
        """Return what visitors may see once one record that it hangs on is public.

        Whoever calls it asks for that record, in another way.
        """
        return self.filter(visible(self.model, Scope.PUBLISHED, apart_from=name))

    def within(self, scope: Scope) -> Self:
        """Return the records of a scope: all, the published, or the counted."""
        return self if scope is Scope.ALL else self._within(scope)

    def _within(self, scope: Scope) -> Self:
        clone = self.filter(visible(self.model, scope))
        clone.__dict__["_scope"] = scope
        return clone

    def by_date(self, name: str) -> Self:
        """Order by a date: first possible day, then last, unknown ones at the end.

        It is the order of ``dates.sort_key``: a date with no earliest day comes before all others.
        """
        return self.order_by(
            IsNull(F(name), True),
            F(first_name(name)).asc(nulls_first=True),
            F(last_name(name)).asc(nulls_last=True),
            "pk",
        )

    def latest_first(self, name: str) -> Self:
        """Order by a date: last possible day, the latest first, unknown ones at the end."""
        return self.order_by(
            IsNull(F(name), True),
            F(last_name(name)).desc(nulls_first=True),
            F(first_name(name)).desc(nulls_last=True),
            "pk",
        )

    def update(self, **values: Any) -> int:
        # One value for many rows cannot be moved into the rules of each.
        if (
            not set(getattr(self.model, "sensitive", ())).isdisjoint(values)
            and not self._one_by_one
            and self.exclude(held_back="").exists()
        ):
            raise ValueError("fields that are held back from the public are saved one by one")
        for name, field in interval_fields(self.model).items():
            if name in values and first_name(name) not in values:
                interval = read_interval(values[name])
                values[field.name] = interval
                values[first_name(name)] = interval.first if interval else None
                values[last_name(name)] = interval.last if interval else None
        return super().update(**values)

    update.alters_data = True  # type: ignore[attr-defined]  # read by the template engine

    def bulk_update(
        self, objs: Iterable[Any], fields: Iterable[str], batch_size: int | None = None
    ) -> int:
        objs, fields = list(objs), set(fields)
        for obj in objs:
            if getattr(obj, "held_back", ""):
                fields |= obj.hold_back(fields)
        for field in derived_fields(self.model, fields):
            for obj in objs:
                field.pre_save(obj, add=False)
        rows = self._chain()  # type: ignore[attr-defined]  # Django's own, not in its stubs
        rows.__dict__["_one_by_one"] = True
        changed: int = super(RecordQuerySet, rows).bulk_update(
            objs, with_derived(self.model, fields), batch_size
        )
        return changed

    bulk_update.alters_data = True  # type: ignore[attr-defined]  # read by the template engine


def visible(
    model: type[models.Model], scope: Scope, prefix: str = "", *, apart_from: str = ""
) -> Q:
    """Return the condition on a record, and on all that it hangs on, to belong to a scope.

    With ``apart_from``, one of its relations is left to be asked for otherwise.
    """
    condition = Q(**{f"{prefix}state": State.PUBLISHED})
    if scope is Scope.PUBLISHED:
        if numbers := previewed(model):
            condition |= Q(**{f"{prefix}pk__in": numbers})
        condition &= Q(**{f"{prefix}disclosure": Disclosure.PUBLIC})
        condition &= model.shown_today(prefix)  # type: ignore[attr-defined]  # of every record
    for name in getattr(model, "public_through", ()):
        if name == apart_from:
            continue
        relation: ForeignKey[Any, Any] = model._meta.get_field(name)  # type: ignore[assignment]  # a relation to its owner
        through = visible(relation.related_model, scope, f"{prefix}{name}__")
        if relation.null:
            through |= Q(**{f"{prefix}{name}__isnull": True})
        condition &= through
    return condition


class Record(Recorded):
    """One record that the public may see once it is published.

    ``public_through`` names the relations that must be public for this to be.
    ``owner_field`` names the record that this is a part of, and is published with.
    ``facts`` names the fields that are facts: shown to visitors, and in need of a citation.
    ``translated`` names the fields whose text is shown in the reader's language where it can be.
    """

    key = models.SlugField(
        _("key"),
        max_length=120,
        null=True,
        blank=True,
        unique=True,
        help_text=_("How a dossier names this record; it never changes. Empty: made by hand."),
    )
    state = models.CharField(
        _("state"), max_length=16, choices=State, default=State.DRAFT, editable=False
    )
    disclosure = models.CharField(
        _("disclosure"),
        max_length=16,
        choices=Disclosure,
        default=Disclosure.PUBLIC,
        help_text=_("Withheld: kept from the public for somebody's safety, however published."),
    )
    disclosure_reason = models.TextField(
        _("why it is withheld"), blank=True, help_text=_("Never shown to the public.")
    )
    disclosure_asked_by = models.CharField(
        _("who asked for it"),
        max_length=200,
        blank=True,
        help_text=_("Never shown to the public."),
    )
    disclosure_review_on = models.DateField(
        _("look again on"), null=True, blank=True, help_text=_("Empty: no day is set.")
    )
    note = models.TextField(
        _("note to colleagues"), blank=True, help_text=_("Never shown to the public.")
    )
    created_at = models.DateTimeField(_("entered"), auto_now_add=True)
    updated_at = models.DateTimeField(_("last changed"), auto_now=True)

    public_through: ClassVar[tuple[str, ...]] = ()
    owner_field: ClassVar[str | None] = None
    facts: ClassVar[tuple[str, ...]] = ()
    translated: ClassVar[tuple[str, ...]] = ()

    objects = RecordQuerySet.as_manager()  # type: ignore[misc]  # narrows the base's
    history = Histories(inherit=True)

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = with_derived(type(self), kwargs["update_fields"])
        super().save(*args, **kwargs)

    def clean_fields(self, exclude: Collection[str] | None = None) -> None:
        """Refuse NUL in any text: PostgreSQL cannot store it, SQLite would."""
        errors: dict[str, Any] = {}
        try:
            super().clean_fields(exclude)
        except ValidationError as error:
            errors = error.update_error_dict({})
        refuse = ProhibitNullCharactersValidator()
        for field in self._meta.fields:
            value = self.__dict__.get(field.attname)
            if isinstance(value, str) and field.name not in (exclude or ()):
                try:
                    refuse(value)
                except ValidationError as error:
                    errors.setdefault(field.name, []).append(error)
        if errors:
            raise ValidationError(errors)

    def validate_constraints(self, exclude: Collection[str] | None = None) -> None:
        """Check the possible days of a date too wherever the date itself is checked.

        Forms leave them out as not editable, and with them the constraint.
        """
        checked = with_derived(
            type(self),
            [name for name in interval_fields(type(self)) if name not in (exclude or ())],
        )
        super().validate_constraints({name for name in exclude or () if name not in checked})

    def get_absolute_url(self) -> str:
        """Return the page that shows this record: its own, or that of what it is a part of."""
        if self.owner_field is None:
            raise NotImplementedError(f"{type(self).__name__} says itself where it is shown")
        owner: Record = getattr(self, self.owner_field)
        return owner.get_absolute_url().partition("#")[0]

    @classmethod
    def shown_today(cls, prefix: str = "") -> Q:
        """Return a further condition for visitors to see a record, which can depend on the day."""
        return Q()

    @property
    def is_withheld(self) -> bool:
        """Whether this record is kept from the public, however published."""
        return self.disclosure == Disclosure.WITHHELD

    def loaded(self, name: str) -> Iterable[Any]:
        """Return the parts of a record under a relation: those that were loaded with it, if any.

        For pages with hundreds of records: to ask for ``all()`` makes a manager and a query first.
        """
        kept = self.__dict__.get("_prefetched_objects_cache")
        if kept and name in kept:
            loaded: Iterable[Any] = kept[name]
            return loaded
        parts: Iterable[Any] = getattr(self, name).all()
        return parts

    @property
    def is_public(self) -> bool:
        """Whether this record's own state and disclosure let visitors see it."""
        is_out = self.state == State.PUBLISHED or self.pk in previewed(type(self))
        return is_out and not self.is_withheld


def record_constraints(model: str) -> list[models.BaseConstraint]:
    return [
        models.CheckConstraint(
            condition=Q(disclosure=Disclosure.PUBLIC) | ~Q(disclosure_reason=""),
            name=f"{model}_withheld_for_a_reason",
            violation_error_message=_("Say why this is withheld: the next researcher must know."),
        )
    ]


def work_indexes(model: str) -> list[models.Index]:
    """Return the indexes by which the desk finds what needs doing: rows that are few among many.

    What waits for review, by when it was last changed, and whose disclosure is to be looked at
    again, by the day.
    """
    return [
        models.Index(
            fields=["state", "updated_at"],
            condition=Q(state=State.IN_REVIEW),
            name=f"{model}_in_review",
        ),
        models.Index(
            fields=["disclosure_review_on"],
            condition=Q(disclosure_review_on__isnull=False),
            name=f"{model}_look_again",
        ),
    ]


def exactly_one(model: str, names: Sequence[str], message: Any) -> models.CheckConstraint:
    """Return the constraint that exactly one of several relations is set."""
    condition = Q()
    for chosen in names:
        condition |= Q(**{f"{name}__isnull": name != chosen for name in names})
    return models.CheckConstraint(
        condition=condition,
        name=f"{model}_exactly_one_target",
        violation_error_message=message,
    )


def by_target(model: str, names: Sequence[str]) -> list[models.Index]:
    """Return an index for each of several relations of which exactly one is set.

    Each holds the rows that have its relation and no others. An index of all rows, nearly all of
    which have no such relation, makes planners believe that it finds next to nothing out, and read
    the table instead.
    """
    return [
        models.Index(
            fields=[name],
            condition=Q(**{f"{name}__isnull": False}),
            # Names of indexes have 30 characters at most.
            name=f"{model}_of_{name}"[:30],
        )
        for name in names
    ]


@lru_cache(maxsize=256)
def _address_around(route: str, _language: str | None, _prefix: str) -> tuple[str, str]:
    """Return what stands before and after the last part of a page's address, in this language."""
    before, after = reverse(route, args=[STANDS_FOR_A_SLUG]).split(STANDS_FOR_A_SLUG)
    return before, after


class AddressedRecord(Record):
    """A record with a page of its own. An address once public keeps working when it changes.

    ``route`` is the name of its page among the site's addresses.
    """

    route: ClassVar[str]

    slug = models.SlugField(
        _("address"),
        max_length=120,
        unique=True,
        help_text=_("The last part of the page's address. A former one goes on leading here."),
    )

    _slug_before: str | None = None

    class Meta:
        abstract = True

    def get_absolute_url(self) -> str:
        # Django would look through all addresses of the site, for each of the records on a page.
        before, after = self.address_around()
        return f"{before}{self.slug}{after}"

    @classmethod
    def address_around(cls) -> tuple[str, str]:
        """Return what stands before and after the slug in the address of a page of this kind."""
        return _address_around(cls.route, get_language(), get_script_prefix())

    @classmethod
    def from_db(cls, *args: Any, **kwargs: Any) -> Self:
        record = super().from_db(*args, **kwargs)
        record.__dict__["_slug_before"] = record.__dict__.get("slug")
        return record

    def clean(self) -> None:
        """Refuse an address that already leads to another record."""
        super().clean()
        if not slug_re.match(self.slug):
            # Its own field refuses it; PostgreSQL could not even be asked for one with NUL in it.
            return
        relation = self._former_addresses.field.name
        taken = self._former_addresses.model.objects.filter(
            slug=self.slug, **{f"{relation}__isnull": False}
        )
        if taken.exclude(**{relation: self.pk}).exists():
            raise ValidationError({"slug": _("This address already leads to another record.")})

    def save(self, *args: Any, **kwargs: Any) -> None:
        before = self._slug_before
        was_public = (
            self.state in (State.PUBLISHED, State.WITHDRAWN)
            and self.disclosure == Disclosure.PUBLIC
        )
        fields = kwargs.get("update_fields")
        if fields is not None and "slug" not in fields:
            super().save(*args, **kwargs)
            return
        with transaction.atomic():
            super().save(*args, **kwargs)
            if before and before != self.slug and was_public:
                self._former_addresses.filter(slug=self.slug).delete()
                self._former_addresses.get_or_create(slug=before)
        self._slug_before = self.slug

    def forget_addresses(self, slug: str) -> None:
        """Move to an address and leave none behind: former ones answer as if they never were."""
        with transaction.atomic():
            type(self)._default_manager.filter(pk=self.pk).update(slug=slug)
            self._former_addresses.all().delete()
        self.slug = self._slug_before = slug

    @property
    def _former_addresses(self) -> Any:
        return self.former_addresses  # type: ignore[attr-defined]  # each subclass is related to it
