"""Every address of the site, read off its URL configuration."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any, Final

from django.contrib.contenttypes.models import ContentType
from django.urls import URLPattern, URLResolver, get_resolver

from prisoners.models import ADDRESSED, AddressedRecord, FormerAddress, Prisoner

ADMIN: Final = "admin/"
# Whose address a page with a slug is at, by the first part of its route.
SLUG_OF: Final[dict[str, str]] = {
    "prisoners": "prisoner",
    "releases": "release",
    "deals": "deal",
    "sources": "source",
    "actors": "actor",
    "facilities": "facility",
}
_ARGUMENT = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>[^()]*\)")


def routes(resolver: URLResolver | None = None, before: str = "") -> Iterator[str]:
    """Yield the route of every pattern: ``prisoners/<slug:slug>/``."""
    for one in (resolver or get_resolver()).url_patterns:
        route = before + str(one.pattern).removeprefix("^")
        if isinstance(one, URLPattern):
            yield route.removesuffix("$").removesuffix("\\Z")
        else:
            yield from routes(one, route)


def arguments(route: str) -> list[str]:
    """Return the names of what a route has to be filled with."""
    return [one or other for one, other in _ARGUMENT.findall(route)]


def slugs(kind: str) -> list[str]:
    """Return every address that a kind of record has or had, public or not, and one of none."""
    current = ADDRESSED[kind]._default_manager.values_list("slug", flat=True)
    former = FormerAddress.objects.filter(**{f"{kind}__isnull": False})
    return [*current, *former.values_list("slug", flat=True), "nobody-was-ever-here"]


def _desk_ids() -> list[str]:
    return [*map(str, Prisoner.objects.values_list("pk", flat=True)[:2]), "999999"]


# How to fill an argument of a page of the desk. A page of the site that takes anything but a slug
# has to be added here, so that no page is left out of the walk unnoticed.
DESK_ARGUMENTS: Final[dict[str, Callable[[], list[str]]]] = {
    "object_id": _desk_ids,
    "app_label": lambda: ["prisoners", "auth"],
    "content_type_id": lambda: [str(ContentType.objects.get_for_model(Prisoner).pk)],
    "url": lambda: ["no-such-page"],
}


def filled(route: str) -> list[str]:
    """Return the paths that a route stands for; raise KeyError where an argument is not known."""
    names = arguments(route)
    if route.startswith(ADMIN):
        values = [DESK_ARGUMENTS.get(name, _desk_ids)() for name in names]
    else:
        kind = SLUG_OF.get(route.split("/", maxsplit=1)[0])
        values = [slugs(kind) if kind and name == "slug" else [] for name in names]
        if missing := [name for name, given in zip(names, values, strict=True) if not given]:
            raise KeyError(f"{route}: with what is {missing} to be filled?")
    return [_fill(route, chosen) for chosen in product(*values)]


def _fill(route: str, values: tuple[str, ...]) -> str:
    rest = iter(values)
    return "/" + _ARGUMENT.sub(lambda _match: next(rest), route)


def every_path() -> list[str]:
    """Return every path of the site with every slug there is."""
    return [path for route in routes() for path in filled(route)]


def published_paths(*kinds: str) -> list[str]:
    """Return the path of every public record that has a page."""
    models: list[type[AddressedRecord]] = [ADDRESSED[kind] for kind in kinds or ADDRESSED]
    found: list[Any] = [one for model in models for one in model._default_manager.published()]
    return [one.get_absolute_url() for one in found]
