"""Loading a dossier: one readable TOML file of records, their citations and stable keys.

Each load compares three things: what the file says, what it said when it was last loaded, and
what the record holds now. What only the file has changed is updated; what a researcher has
changed since is kept and reported; what is gone from the file is reported and stays. It is all
or nothing: with a single mistake nothing is loaded.

A dossier can add to another: ``requires`` names those that are to be loaded before it, and a
table with ``from`` stands for a record of one of them. It gives that record parts, citations and
facts that it had not, and makes its dates more exact; it changes nothing that the other says.
"""

from __future__ import annotations

import difflib
import hashlib
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.core.validators import slug_re
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from prisoners.desk import workflow
from prisoners.desk.dossier_layout import (
    CITATION_FIELDS,
    COMMON,
    HEADER,
    ORIGIN,
    SECTIONS,
    WHOLE_RECORD,
    Section,
)
from prisoners.desk.dossier_values import raw, tidy, typed
from prisoners.desk.former_addresses import forget_telling
from prisoners.desk.merging import standing_for
from prisoners.desk.protecting import protect
from prisoners.desk.telling import refuse_telling
from prisoners.desk.three_way import MISSING, Verdict, judge
from prisoners.models import (
    TARGET_NAMES,
    TRANSLATED_NAMES,
    Citation,
    DossierEntry,
    Origin,
    Prisoner,
    Record,
    Release,
    State,
    Translation,
    other_languages,
    recorded,
    unrecorded,
)
from prisoners.models.looking import today
from prisoners.models.recording import keep_changes
from prisoners.models.releases import refuse_too_many
from prisoners.models.sources import citable
from prisoners.reading.gaps import uncited
from prisoners.reading.synthetic import is_synthetic

Values = dict[str, Any]

SHIPPED: Final = Path(__file__).resolve().parents[1] / "dossiers"


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: in which record, at which field (empty: the record as a whole), and what."""

    record: str
    field: str
    message: str

    def __str__(self) -> str:
        return f"{self.record}{f', {self.field}' if self.field else ''}: {self.message}"


class DossierError(Exception):
    """A dossier that cannot be loaded, with every mistake in it."""

    def __init__(self, path: Path, problems: list[Problem]) -> None:
        self.path = path
        self.problems = problems
        super().__init__("\n".join(f"{path.name}: {problem}" for problem in problems))


@dataclass(frozen=True, slots=True)
class Report:
    """What a load did: each entry a line that a researcher can read."""

    created: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    published: list[str] = field(default_factory=list)


def shipped() -> dict[str, Path]:
    """Return the dossiers that come with this program, by name."""
    return {path.stem: path for path in sorted(SHIPPED.glob("*.toml"))}


def load(*, path: Path, publish: bool = True) -> Report:
    """Load a dossier and, unless ``publish`` is false, publish what is new in it.

    Raise DossierError with every mistake, and then nothing is loaded.
    """
    if is_synthetic():
        raise DossierError(path, [Problem(_("database"), "", _("it is filled with invented data"))])
    loader = _Loader(path, _read(path), publish)
    with transaction.atomic(), recorded(origin=Origin.DOSSIER, reason=loader.dossier):
        loader.load()
        if loader.problems:
            raise DossierError(path, loader.problems)
    return loader.report


def _read(path: Path) -> Values:
    try:
        data = tomllib.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        problem = _("the file cannot be read: %(reason)s") % {"reason": error.strerror}
    except UnicodeDecodeError as error:
        problem = _("the file is not UTF-8, at byte %(byte)s") % {"byte": error.start}
    except tomllib.TOMLDecodeError as error:
        problem = _("this is not TOML: %(reason)s") % {"reason": error}
    else:
        return data
    raise DossierError(path, [Problem(_("file"), "", problem)])


class _FollowsError(Exception):
    """A record that is named has a mistake of its own, which is reported already."""


class _Loader:
    def __init__(self, path: Path, data: Values, publish: bool) -> None:
        self.path = path
        self.publish = publish
        self.data = data
        self.report = Report()
        self.problems: list[Problem] = []
        named = data.get("dossier")
        self.dossier = named if isinstance(named, str) and slug_re.match(named) else ""
        self.entries = {
            (entry.model, entry.key): entry
            for entry in DossierEntry.objects.filter(dossier=self.dossier)
        }
        self.others: dict[tuple[str, str], list[Values]] = defaultdict(list)
        self.origins: dict[tuple[str, str], set[str]] = defaultdict(set)
        for entry in DossierEntry.objects.exclude(dossier=self.dossier):
            self.others[entry.model, entry.key].append(entry.values)
            self.origins[entry.model, entry.key].add(entry.dossier)
        self.stands = standing_for()
        self.seen: set[tuple[str, str]] = set()
        self.found: dict[tuple[type[models.Model], str], Record | None] = {}
        self.failed: set[tuple[type[models.Model], str]] = set()
        self.top: list[tuple[str, Record]] = []
        self.joined: set[str] = set()
        self.changed: set[str] = set()

    def load(self) -> None:
        if not self.dossier:
            self._problem(
                _("file"),
                "dossier",
                _("say what this dossier is called, in letters, digits, - and _: dossier = …"),
            )
        self._refuse_unknown(
            _("file"), self.data, (*HEADER, *(section.name for section in SECTIONS))
        )
        if not self._has_what_it_requires():
            return
        for section in SECTIONS:
            for table, name in self._tables(section, self.data, ""):
                before = len(self.report.updated) + len(self.report.created)
                record = self._load(section, table, name)
                if record is not None:
                    self.top.append((name, record))
                if len(self.report.updated) + len(self.report.created) > before:
                    self.changed.add(name)
        self._report_removed()
        if self.publish and not self.problems:
            self._publish()

    def _has_what_it_requires(self) -> bool:
        """Return whether the dossiers that this one adds to are loaded; else say which are not."""
        required = self.data.get("requires", [])
        if not isinstance(required, list) or not all(isinstance(one, str) for one in required):
            self._problem(_("file"), "requires", _('write requires = ["name-of-a-dossier"]'))
            return False
        loaded = set().union(*self.origins.values())
        for one in required:
            if one not in loaded:
                self._problem(
                    _("file"),
                    "requires",
                    _("it adds to the dossier “%(name)s”: load that first") % {"name": one},
                )
        return loaded.issuperset(required)

    # One record

    def _tables(self, section: Section, holder: Values, owner: str) -> Iterator[tuple[Values, str]]:
        """Yield the tables of a section with how to name each in a message."""
        tables = holder.get(section.name, [])
        where = f"{owner} / {section.name}" if owner else section.name
        if not isinstance(tables, list):
            self._problem(where, "", _("write [[%(name)s]], with two brackets") % {"name": where})
            return
        for number, table in enumerate(tables, start=1):
            if not isinstance(table, dict):
                self._problem(f"{where} {number}", "", _("this is not a table of fields"))
            else:
                yield table, f"{where} {table.get('key') or number}"

    def _load(
        self,
        section: Section,
        table: Values,
        name: str,
        owner: Record | None = None,
        owner_key: str = "",
        adds: bool = False,
    ) -> Record | None:
        """Load one table with its parts and citations; None where it cannot be.

        ``adds``: it adds to a record of another dossier, or to a part of one.

        Parts and citations are looked at even then: for further mistakes, and because they are
        still in the dossier.
        """
        model = section.model
        names = (*(COMMON if hasattr(model, "slug") else COMMON[1:]), *citable(model))
        inner = tuple(part.name for part in section.parts)
        languages = tuple(other_languages()) if model.translated else ()
        own = () if model.owner_field else (ORIGIN,)
        self._refuse_unknown(name, table, (*names, *inner, *languages, "key", "cite", *own))
        key = self._key(table, name, owner_key)
        values = {one: tidy(table[one]) for one in names if one in table}
        if key and not model.owner_field and not self._is_whose(model, key, table, name):
            return None
        adds = adds or ORIGIN in table
        record = self._merge(model, key, values, name, owner, adds) if key else None
        with self._headcount_set_aside(record, name):
            for part in section.parts:
                for inner_table, inner_name in self._tables(part, table, name):
                    self._load(part, inner_table, inner_name, record, key, adds)
        self._cite(model, record, key, table.get("cite", {}), name)
        for language in languages:
            self._translate(model, record, key, language, table.get(language, {}), name)
        return record

    def _key(self, table: Values, name: str, owner_key: str) -> str:
        key = table.get("key")
        if not isinstance(key, str) or not slug_re.match(key):
            self._problem(
                name,
                "key",
                _("give it a key of its own that never changes, of letters, digits, - and _"),
            )
            return ""
        return f"{owner_key}--{key}" if owner_key else key

    def _is_whose(self, model: type[Record], key: str, table: Values, name: str) -> bool:
        """Return whether a record is of the dossier that its table says it is of; else report it.

        Two dossiers that give one key to different people would make one person of them.
        """
        identity = (model._meta.model_name or "", key)
        origins, said = self.origins.get(identity, set()), table.get(ORIGIN)
        if said is None:
            if not origins or identity in self.entries:
                return True
            message = _("“%(key)s” is of the dossier “%(other)s”; to add to it, say: from = …")
            self._problem(name, "key", message % {"key": key, "other": min(origins)})
            return False
        if said in origins:
            self.joined.add(name)
            return True
        message = _("the dossier “%(other)s” has no %(model)s with the key “%(key)s”")
        parts = {"other": said, "model": model._meta.verbose_name, "key": key}
        self._problem(name, ORIGIN, message % parts)
        return False

    def _merge(
        self,
        model: type[Record],
        key: str,
        values: Values,
        name: str,
        owner: Record | None,
        adds: bool = False,
    ) -> Record | None:
        """Create or update the record with this key; None where it cannot be valid."""
        identity = (model._meta.model_name or "", key)
        if identity in self.seen:
            self._problem(name, "key", _("“%(key)s” is already in this dossier") % {"key": key})
            return None
        self.seen.add(identity)
        entry = self.entries.get(identity)
        if model.owner_field and owner is None:
            # What is added to need not be said again, and so cannot be looked at without it.
            if not adds:
                self._check(model(key=key), values, name)
            return None
        record = self._standing(model._default_manager.filter(key=key).first())
        if record is None and (entry is not None or identity in self.others):
            self.report.kept.append(_("%(name)s: deleted since, not made again") % {"name": name})
            return None
        is_new = record is None
        if record is None:
            record, changed = _new(model, key, owner), values
        else:
            changed = self._changes(record, values, entry.values if entry else {}, name)
        if not self._assign(record, changed, name):
            right = False
        elif is_new or changed:
            right = self._save(record, name, is_new)
        else:
            right = True
            self.report.unchanged.append(name)
        if right:
            self.found[model, key] = record
            self._remember(identity, values)
        elif is_new:
            self.failed.add((model, key))
            return None
        return record

    def _standing(self, record: Record | None) -> Record | None:
        """Return the record that stands for one: what it was merged with, else itself."""
        if record is None:
            return None
        number = self.stands.get((str(record._meta.model_name), record.pk))
        return type(record)._default_manager.get(pk=number) if number else record

    @contextmanager
    def _headcount_set_aside(self, record: Record | None, name: str) -> Iterator[None]:
        """Let a release's destinations change one by one; then save the headcount that they keep.

        Where some grow and others shrink, or the headcount does with them, each step alone may
        be too many.
        """
        if not isinstance(record, Release):
            yield
            return
        same = Release.objects.filter(pk=record.pk)
        with unrecorded():
            same.update(headcount=None)
        with _without_headcount(record):
            yield
        try:
            Release._meta.get_field("headcount").clean(record.headcount, record)
            refuse_too_many(record.headcount, record.destinations.exclude(state=State.WITHDRAWN))
        except ValidationError as error:
            self._problem(name, "headcount", error.messages[0])
        else:
            with unrecorded():
                same.update(headcount=record.headcount)
            keep_changes(Release, [record.pk])

    def _check(self, record: Record, values: Values, name: str) -> None:
        """Look for mistakes in a part whose owner cannot be loaded."""
        if self._assign(record, values, name):
            try:
                record.clean_fields(exclude=[record.owner_field or ""])
            except ValidationError as error:
                self._report_invalid(error, name)

    def _changes(self, record: Record, values: Values, last: Values, name: str) -> Values:
        """Return what the file alone has changed; report the rest."""
        changed: Values = {}
        for one, value in values.items():
            now = raw(record, one)
            before = last.get(one, MISSING)
            verdict = judge(
                record,
                one,
                value=value,
                before=before,
                now=now,
                another_says_so=self._is_said_by_another(record, one),
            )
            if verdict in (Verdict.SAME, Verdict.FINER):
                continue
            if not self.publish and record.state == State.PUBLISHED:
                self.report.kept.append(
                    _("%(name)s, %(field)s: public already, and not changed by a draft")
                    % {"name": name, "field": one}
                )
                continue
            if verdict is Verdict.DISPUTED:
                self.report.kept.append(
                    _("%(name)s, %(field)s: the record says “%(now)s”, the dossier “%(value)s”")
                    % {"name": name, "field": one, "now": now, "value": value}
                )
                continue
            changed[one] = value
            self.report.updated.append(f"{name}, {one}: {now} → {value}")
        for one in last.keys() - values.keys():
            self.report.removed.append(f"{name}, {one}: {last[one]}")
        return changed

    def _is_said_by_another(self, record: Record, one: str) -> bool:
        """Return whether a fact is as another dossier gave it, and no researcher has changed it."""
        said = self.others.get((record._meta.model_name or "", record.key or ""), [])
        return any(values.get(one, MISSING) == raw(record, one) for values in said)

    def _assign(self, record: Record, values: Values, name: str) -> bool:
        """Set values on a record; False where one cannot be."""
        problems, follows = len(self.problems), False
        for one, value in values.items():
            model_field = record._meta.get_field(one)
            try:
                if isinstance(model_field, models.ForeignKey):
                    setattr(record, one, self._related(model_field.related_model, value))
                else:
                    setattr(record, one, typed(model_field, value))
            except _FollowsError:
                follows = True
            except ValidationError as error:
                self._problem(name, one, error.messages[0])
        return len(self.problems) == problems and not follows

    def _save(self, record: Record, name: str, is_new: bool) -> bool:
        """Save a record, a release without its headcount; False where it is not valid."""
        try:
            with transaction.atomic(), _without_headcount(record):
                record.full_clean()
                # A release is written down when its headcount is back.
                with unrecorded() if isinstance(record, Release) else nullcontext():
                    record.save()
        except ValidationError as error:
            self._report_invalid(error, name)
            return False
        except IntegrityError as error:
            self._problem(name, "", str(error).splitlines()[0])
            return False
        if is_new:
            self.report.created.append(name)
        return True

    def _report_invalid(self, error: ValidationError, name: str) -> None:
        for one, messages in error.message_dict.items():
            for message in messages:
                self._problem(name, "" if one == "__all__" else one, message)

    def _related(self, model: type[Any], key: object) -> Record:
        """Return the record that a key names; raise ValidationError where there is none."""
        if not isinstance(key, str):
            raise ValidationError(
                _("expected %(wanted)s, not %(value)r")
                % {"wanted": _("text in quotes"), "value": key}
            )
        identity = (model, key)
        # PostgreSQL cannot be asked for a text with NUL in it.
        if identity not in self.found and slug_re.match(key):
            self.found[identity] = model._default_manager.filter(key=key).first()
        record = self.found.get(identity)
        if record is None and identity in self.failed:
            raise _FollowsError
        if record is None:
            raise ValidationError(
                _("there is no %(model)s with the key “%(key)s”")
                % {"model": model._meta.verbose_name, "key": key}
            )
        return record

    # Citations

    def _cite(
        self, model: type[Record], record: Record | None, key: str, cites: object, name: str
    ) -> None:
        if not isinstance(cites, dict):
            self._problem(name, "cite", _('write cite = { field = "source ¶1" }'))
            return
        if cites and model not in TARGET_NAMES:
            self._problem(name, "cite", _("a source is not cited itself"))
            return
        for one, given in cites.items():
            fields = (WHOLE_RECORD, *citable(model))
            if one not in fields:
                self._problem(name, f"cite.{one}", _unknown(one, fields))
                continue
            for citation in given if isinstance(given, list) else [given]:
                values = self._citation(citation, f"{name}, cite.{one}")
                if values is not None:
                    fact = "" if one == WHOLE_RECORD else one
                    self._cite_field(model, record, key, fact, values, name)

    def _citation(self, given: object, where: str) -> Values | None:
        """Return what is given of a citation; None where it has no source."""
        if isinstance(given, str):
            source, _space, locator = given.partition(" ")
            given = {"source": source, "locator": locator.strip()}
        if not isinstance(given, dict) or "source" not in given:
            self._problem(where, "", _('name its source: "source-key ¶4" or { source = "…" }'))
            return None
        self._refuse_unknown(where, given, CITATION_FIELDS)
        return {item: tidy(given[item]) for item in CITATION_FIELDS if item in given}

    def _cite_field(
        self,
        model: type[Record],
        record: Record | None,
        key: str,
        one: str,
        values: Values,
        name: str,
    ) -> None:
        target = TARGET_NAMES[model]
        # What makes a citation the same one on the next load: its fact, its source and the place.
        place = [target, key, one, values["source"], values.get("locator", "")]
        digest = hashlib.sha256("\n".join(map(str, place)).encode()).hexdigest()[:24]
        where = f"{name}, cite.{one or WHOLE_RECORD}"
        if record is None:
            self.seen.add(("citation", f"cite-{digest}"))
        else:
            self._merge_citation(record, target, one, f"cite-{digest}", values, where)

    def _merge_citation(
        self, record: Record, target: str, one: str, key: str, values: Values, where: str
    ) -> None:
        if ("citation", key) in self.seen:
            self._problem(where, "", _("this citation is already there"))
            return
        citation = Citation.objects.filter(key=key).first()
        if citation is not None or ("citation", key) in self.entries:
            self._merge(Citation, key, values, where, None)
            return
        self.seen.add(("citation", key))
        citation = Citation(key=key, field=one, **{target: record})
        if self._assign(citation, values, where) and self._save(citation, where, is_new=True):
            self._remember(("citation", key), values)

    # Translations

    def _translate(
        self,
        model: type[Record],
        record: Record | None,
        key: str,
        language: str,
        texts: object,
        name: str,
    ) -> None:
        """Load what a record says in one language: ``be.title = "…"``."""
        if not isinstance(texts, dict):
            self._problem(name, language, _('write %(code)s.field = "…"') % {"code": language})
            return
        self._refuse_unknown(f"{name}, {language}", texts, model.translated)
        target = TRANSLATED_NAMES[model]
        for one in model.translated:
            if one not in texts:
                continue
            place = f"{target}\n{key}\n{one}\n{language}"
            own = f"translation-{hashlib.sha256(place.encode()).hexdigest()[:24]}"
            values, where = {"text": tidy(texts[one])}, f"{name}, {language}.{one}"
            known = Translation.objects.filter(key=own).exists()
            if record is None:
                self.seen.add(("translation", own))
            elif known or ("translation", own) in self.entries:
                self._merge(Translation, own, values, where, None, adds=False)
            else:
                self.seen.add(("translation", own))
                made = Translation(key=own, field=one, language=language, **{target: record})
                if self._assign(made, values, where) and self._save(made, where, is_new=True):
                    self._remember(("translation", own), values)

    # The whole

    def _report_removed(self) -> None:
        for identity, entry in self.entries.items():
            if identity not in self.seen:
                # Their keys are made, and say nothing to a reader.
                shown = {"citation": "source", "translation": "text"}.get(entry.model, "")
                described = entry.values.get(shown, "")
                self.report.removed.append(f"{entry.model} {described or entry.key}")

    def _publish(self) -> None:
        """Publish what is new; what a researcher has withdrawn stays so."""
        for name, record in self.top:
            if record.state == State.WITHDRAWN:
                continue
            if name in self.joined and record.state != State.PUBLISHED:
                self._problem(name, ORIGIN, _("it is not public yet; publish it first"))
                continue
            if not any(one.state in workflow.UNPUBLISHED for one in workflow.with_parts(record)):
                if name in self.changed:
                    self._look_at_changed(name, record)
                continue
            try:
                workflow.publish(record=record, reason=self.dossier)
            except ValidationError as error:
                for message in error.messages:
                    self._problem(name, "", message)
            else:
                self.report.published.append(name)

    def _look_at_changed(self, name: str, record: Record) -> None:
        """Ask of what was public already, and was changed in place, what publishing asks."""
        for gap in uncited(record):
            self._problem(name, gap.field, _("this fact has no source"))
        if isinstance(record, Prisoner):
            protect(person=record, today=today())
        try:
            refuse_telling(record)
            forget_telling(record)
        except ValidationError as error:
            for message in error.messages:
                self._problem(name, "", message)

    def _remember(self, identity: tuple[str, str], values: Values) -> None:
        entry = self.entries.get(identity)
        if entry is None:
            model, key = identity
            DossierEntry.objects.create(dossier=self.dossier, model=model, key=key, values=values)
        elif entry.values != {**entry.values, **values}:
            entry.values = {**entry.values, **values}
            entry.save()

    def _refuse_unknown(self, name: str, table: Values, known: tuple[str, ...]) -> None:
        for one in table:
            if one not in known:
                self._problem(name, one, _unknown(one, known))

    def _problem(self, name: str, one: str, message: object) -> None:
        self.problems.append(Problem(name, one, str(message)))


@contextmanager
def _without_headcount(record: Record) -> Iterator[None]:
    if not isinstance(record, Release):
        yield
        return
    headcount, record.headcount = record.headcount, None
    try:
        yield
    finally:
        record.headcount = headcount


def _new(model: type[Record], key: str, owner: Record | None) -> Record:
    record = model(key=key)
    if model.owner_field:
        setattr(record, model.owner_field, owner)
    return record


def _unknown(one: str, known: tuple[str, ...]) -> str:
    close = difflib.get_close_matches(one, known, n=1)
    if close:
        return _("there is no such field; “%(close)s” was meant?") % {"close": close[0]}
    return _("there is no such field; there are: %(known)s") % {"known": ", ".join(known)}
