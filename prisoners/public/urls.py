"""The addresses of the public site. They are fixed: people and machines keep them."""

from django.urls import path

from prisoners.public import (
    deals,
    figures,
    home,
    pages,
    people,
    person,
    releases,
    sources,
    timeline,
)

urlpatterns = [
    path("", home.home, name="home"),
    path("prisoners/", people.prisoner_list, name="prisoner-list"),
    path("prisoners/<slug:slug>/", person.prisoner_detail, name="prisoner-detail"),
    path("prisoners/<slug:slug>/portrait", person.portrait, name="portrait"),
    path("releases/", releases.release_list, name="release-list"),
    path("releases/<slug:slug>/", releases.release_detail, name="release-detail"),
    path("deals/", deals.deal_list, name="deal-list"),
    path("deals/<slug:slug>/", deals.deal_detail, name="deal-detail"),
    path("timeline/", timeline.timeline_page, name="timeline"),
    path("figures/", figures.figure_list, name="figure-list"),
    path("sources/", sources.source_list, name="source-list"),
    path("sources/<slug:slug>/", sources.source_detail, name="source-detail"),
    path("actors/<slug:slug>/", sources.actor_detail, name="actor-detail"),
    path("facilities/<slug:slug>/", sources.facility_detail, name="facility-detail"),
    path("methodology/", pages.methodology, name="methodology"),
    path("data/", pages.data, name="data"),
    path("safety/", pages.safety, name="safety"),
]
