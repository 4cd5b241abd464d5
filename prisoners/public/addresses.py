"""What an address leads to: a page, another address, or the word that it is gone."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from prisoners.models import AddressedRecord, FormerAddress, State

View = Callable[..., HttpResponse]


def page(view: View) -> View:
    """Make a view a public page: it is only read, and it leaves no copy in a browser's cache.

    Having such a page on one's machine can be punished where its readers are.
    """
    return require_safe(cache_control(no_store=True)(view))


def page_of(model: type[AddressedRecord]) -> Callable[[View], View]:
    """Give a view the queryset of the one public record at its address.

    A former address redirects, a withdrawn record answers 410; a withheld one or a draft answers
    404 as if it had never been.
    """
    name = model._meta.model_name

    def decorate(view: View) -> View:
        @page
        @wraps(view)
        def answer(request: HttpRequest, slug: str, **kwargs: Any) -> HttpResponse:
            found = model._default_manager.filter(slug=slug)
            if found.published().exists():
                return view(request, found.published(), **kwargs)
            former = (
                FormerAddress.objects.filter(slug=slug, **{f"{name}__isnull": False})
                .select_related(name)
                .first()
            )
            record: AddressedRecord | None = getattr(former, str(name)) if former else found.first()
            if record is None or record.is_withheld:
                raise Http404
            if record.state == State.WITHDRAWN:
                return render(request, "410.html", status=410)
            if former is None or record.state != State.PUBLISHED:
                raise Http404
            return HttpResponsePermanentRedirect(record.get_absolute_url())

        return answer

    return decorate
