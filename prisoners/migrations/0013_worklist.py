"""Indexes of what needs doing: the few rows that wait for review or are due to be looked at."""

from typing import Any

from django.db import migrations, models
from django.db.migrations.operations.base import Operation
from django.db.models import Q

KINDS = (
    "actor",
    "affiliation",
    "charge",
    "citation",
    "concession",
    "deal",
    "dealparty",
    "detention",
    "externalid",
    "facility",
    "figure",
    "placement",
    "prisoner",
    "prisonername",
    "recognition",
    "release",
    "releasedestination",
    "releaseoutcome",
    "sentence",
    "source",
    "statement",
    "translation",
)


def indexes() -> dict[str, list[models.Index]]:
    """Return the new indexes of each kind of record."""
    found = {
        kind: [
            models.Index(
                fields=["state", "updated_at"],
                condition=Q(state="in_review"),
                name=f"{kind}_in_review",
            ),
            models.Index(
                fields=["disclosure_review_on"],
                condition=Q(disclosure_review_on__isnull=False),
                name=f"{kind}_look_again",
            ),
        ]
        for kind in KINDS
    }
    found["citation"].append(
        models.Index(
            fields=["stance"],
            condition=Q(stance="contradicts"),
            name="citation_contradicts",
        )
    )
    return found


class AddIndexes(Operation):
    """Add many indexes at once: one by one, Django makes all models anew for each of them."""

    def state_forwards(self, app_label: str, state: Any) -> None:
        # Made anew when they are asked for next.
        state.__dict__.pop("apps", None)
        for kind, some in indexes().items():
            for index in some:
                state.add_index(app_label, kind, index)

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        for kind, some in indexes().items():
            for index in some:
                schema_editor.add_index(to_state.apps.get_model(app_label, kind), index)

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        for kind, some in indexes().items():
            for index in some:
                schema_editor.remove_index(to_state.apps.get_model(app_label, kind), index)

    def describe(self) -> str:
        return "Add the indexes of what needs doing"


class Migration(migrations.Migration):
    dependencies = [("prisoners", "0012_merging")]

    operations = [AddIndexes()]
