"""Deals: given and received."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from prisoners.models import Concession, Deal, DealParty, Record, Release, Statement, looking
from prisoners.public import words
from prisoners.public.addresses import page, page_of
from prisoners.public.disagreements import disagreements
from prisoners.public.footnotes import Footnotes
from prisoners.public.person import statement
from prisoners.public.quoting import quotation
from prisoners.public.releases import summary
from prisoners.reading import releases
from prisoners.reading.deals import latest_first
from prisoners.reading.people import names_loaded

PAGE_SIZE = 50

Context = dict[str, Any]


def with_ledger(deals: QuerySet[Deal]) -> QuerySet[Deal]:
    """Load what a deal's ledger needs, in a fixed number of queries."""
    return deals.prefetch_related(
        Prefetch("parties", DealParty.objects.published().select_related("actor", "on_behalf_of")),
        Prefetch("concessions", Concession.objects.published().select_related("giver", "receiver")),
        Prefetch("releases", releases.with_people(Release.objects.published())),
    )


def records_of(deal: Deal) -> list[Record]:
    """Return a deal and each loaded record that belongs to it, to look up citations."""
    records: list[Record] = [deal, *deal.parties.all(), *deal.concessions.all()]
    for release in deal.releases.all():
        records += releases.records_of(release)
    return records


@page
def deal_list(request: HttpRequest) -> HttpResponse:
    found = with_ledger(latest_first(Deal.objects.published()))
    shown = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    notes = Footnotes(record for deal in shown for record in records_of(deal))
    context = {
        "deals": [deal_summary(deal, notes) for deal in shown],
        "page_obj": shown,
        "pages": list(shown.paginator.get_elided_page_range(shown.number)),
    }
    context["notes"] = notes.notes
    return render(request, "deals/list.html", context)


@page_of(Deal)
def deal_detail(request: HttpRequest, found: QuerySet[Deal]) -> HttpResponse:
    said = (
        Statement.objects.published()
        .select_related("speaker", "prisoner", "release", "deal")
        .prefetch_related(names_loaded("prisoner__names"))
    )
    deal = get_object_or_404(with_ledger(found).prefetch_related(Prefetch("statements", said)))
    statements = list(deal.statements.all())
    notes = Footnotes([*records_of(deal), *statements])
    context = {
        **deal_summary(deal, notes),
        "parties": _parties(deal, notes),
        "aim": {"text": deal.aim, "refs": notes.refs(deal, "aim")},
        "background": {"text": deal.background, "refs": notes.refs(deal, "background")},
        "releases": [summary(release, notes) for release in deal.releases.all()],
        "statements": [statement(one, notes, deal) for one in statements],
        "disagreements": disagreements([deal, *deal.parties.all(), *deal.concessions.all()], notes),
        "crumbs": [{"label": _("Deals"), "url": reverse("deal-list")}],
        "quotation": quotation(deal.title, deal.get_absolute_url(), looking.today()),
    }
    context["notes"] = notes.notes
    return render(request, "deals/detail.html", context)


def deal_summary(deal: Deal, notes: Footnotes) -> Context:
    """Return a deal as a list and the home page show it."""
    return {
        "deal": deal,
        "url": deal.get_absolute_url(),
        "agreed": words.label(deal.agreed),
        "agreed_refs": notes.refs(deal, "agreed") if deal.agreed else [],
        "country": deal.country.name,
        "summary": {"text": deal.summary, "refs": notes.refs(deal, "summary")},
        "ledger": ledger(deal, notes),
    }


def ledger(deal: Deal, notes: Footnotes) -> Context:
    """Return a deal as two columns: what the other side gave, and who was freed for it."""
    concessions, freed = list(deal.concessions.all()), list(deal.releases.all())
    givers = {str(one.giver) for one in concessions}
    countries = {str(one.country.name) for one in freed}
    return {
        "given_by": _("by %(who)s") % {"who": words.in_order(givers)} if givers else "",
        "received_from": _("from %(who)s") % {"who": words.in_order(countries)}
        if countries
        else "",
        "given": [_given(one, notes) for one in concessions],
        "received": [_received(one, notes) for one in freed],
    }


def _given(concession: Concession, notes: Footnotes) -> Context:
    return {
        "anchor": f"concession-{concession.pk}",
        "what": concession.what,
        "url": "",
        "who": _("by %(giver)s to %(receiver)s")
        % {"giver": concession.giver, "receiver": concession.receiver},
        "stage": concession.get_stage_display(),
        "date": words.label(concession.stage_on),
        "wordings": notes.wordings(concession, "what"),
        "note": concession.context,
        "note_refs": notes.refs(concession, "context"),
        "refs": notes.refs(concession, "what", "stage", "stage_on"),
    }


def _received(release: Release, notes: Footnotes) -> Context:
    return {
        "what": release.title,
        "url": release.get_absolute_url(),
        "who": "",
        "stage": _("carried out") if release.happened else "",
        "date": words.label(release.happened),
        "note": "",
        "refs": notes.refs(release, "deal", "happened"),
    }


def _parties(deal: Deal, notes: Footnotes) -> list[Context]:
    return [
        {
            "name": str(one.actor),
            "url": one.actor.get_absolute_url(),
            "as_what": one.actor.role,
            "part": one.get_role_display(),
            "on_behalf_of": words.seen_actor(one.on_behalf_of),
            "refs": notes.refs(one, "role", *(["on_behalf_of"] if one.on_behalf_of else [])),
        }
        for one in deal.parties.all()
    ]
