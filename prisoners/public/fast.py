"""Templates for what stands on a page by the hundred, compiled by Jinja: see DECISIONS.md."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from jinja2 import Environment


def environment(**options: Any) -> Environment:
    """Return Jinja's surroundings; as in Django's templates, what is not given is empty."""
    # Django's backend turns escaping on, in the options.
    made = Environment(**options, trim_blocks=True, lstrip_blocks=True)  # noqa: S701
    # What is counted comes in words: makemessages finds no plurals in these templates.
    made.globals["_"] = gettext
    return made
