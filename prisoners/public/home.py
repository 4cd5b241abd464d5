"""The first page: the numbers that matter, the latest release, the deal beside it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import ngettext

from prisoners.models import CountRange, Deal, Release, Status, looking
from prisoners.public import cards, words
from prisoners.public.addresses import page
from prisoners.public.deals import deal_summary, records_of, with_ledger
from prisoners.public.footnotes import Footnotes
from prisoners.public.over_time import beside, held_over_time
from prisoners.public.releases import summary
from prisoners.reading import releases
from prisoners.reading.counts import totals, withheld
from prisoners.reading.deals import latest_first
from prisoners.reading.figures import latest_held


@page
def home(request: HttpRequest) -> HttpResponse:
    today = looking.today()
    counted = totals(today)
    reported = latest_held()
    release = releases.with_people(Release.objects.published().latest_first("happened")).first()
    deals = with_ledger(latest_first(Deal.objects.published()))
    if release and release.deal and words.seen(release.deal):
        deals = deals.filter(pk=release.deal.pk)
    deal = deals.first()
    records = [*reported, *(records_of(deal) if deal else [])]
    records += releases.records_of(release) if release else []
    around = beside()
    notes = Footnotes(records, around.records)
    documented = [Status.HELD, Status.RELEASED]
    if counted[Status.DIED].possible:
        documented.append(Status.DIED)
    context = {
        "reported": [cards.reported(figure, notes) for figure in reported],
        "documented": [
            cards.documented(counted[status], status, _people(status, counted[status]), today)
            for status in documented
        ],
        "withheld": withheld(),
        "release": summary(release, notes) if release else None,
        "deal": deal_summary(deal, notes) if deal else None,
        "over_time": held_over_time(around, today),
    }
    context["notes"] = notes.notes
    return render(request, "home.html", context)


def _people(status: Status, counted: CountRange) -> str:
    """Return what a number counts: ``people freed``, for one ``person freed``."""
    number = counted.possible
    if status is Status.HELD:
        return ngettext("person still held", "people still held", number)
    if status is Status.RELEASED:
        return ngettext("person freed", "people freed", number)
    return ngettext("person who died in custody", "people who died in custody", number)
