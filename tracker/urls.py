"""All addresses. Those of the public pages take a language's prefix, English has none."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from prisoners.public.pages import healthz, robots
from prisoners.public.sitemaps import sitemap

urlpatterns = [
    # Before the desk, which answers for every address under its own.
    path("admin/account/", include("prisoners.accounts.urls")),
    path("admin/", admin.site.urls),
    path("healthz", healthz, name="healthz"),
    path("robots.txt", robots, name="robots"),
    path("sitemap.xml", sitemap, name="sitemap"),
    *i18n_patterns(path("", include("prisoners.public.urls")), prefix_default_language=False),
]
