"""Templates for what stands on a page by the hundred, compiled by Jinja: see DECISIONS.md."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from jinja2 import Environment


class Surroundings(Environment):
    """Jinja, which looks into a dict for a name before it asks for an attribute of it."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        # What these templates are given are dicts: an attribute of theirs is never meant.
        if type(obj) is dict and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)


def environment(**options: Any) -> Environment:
    """Return Jinja's surroundings; as in Django's templates, what is not given is empty."""
    # Django's backend turns escaping on, in the options.
    made = Surroundings(**options, trim_blocks=True, lstrip_blocks=True)
    # What is counted comes in words: makemessages finds no plurals in these templates.
    made.globals["_"] = gettext
    return made
