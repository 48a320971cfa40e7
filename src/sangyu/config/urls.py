"""The address book: one line per desk."""

from django.conf import settings
from django.urls import include, path

DESKS = [
    "hotline",
    "dispatching",
    "community",
    "provider",
    "carer",
    "papers",
    "till",
    "assessor",
    "matching",
    "privacy",
    "quality",
    "finance",
    "bureau",
    "texting",
    "developer",
    "policy",
    "rehearsal",
    "audit",
    "exchange",
    "components",
]

urlpatterns = [
    path("", include("sangyu.portals.entrance.urls")),
    path("api/v1/", include("sangyu.portals.api.urls")),
    path("", include("sangyu.portals.applications.urls")),
    path("", include("sangyu.portals.entitlements.urls")),
    path("community/batches/", include("sangyu.portals.intake.urls")),
    *[path(f"{desk}/", include(f"sangyu.portals.{desk}.urls")) for desk in DESKS],
    *([path("stage/", include("sangyu.city.stage.urls"))] if settings.DEMO else []),
]
handler404 = "sangyu.config.watch.pages.not_found"
handler500 = "sangyu.config.watch.pages.broken"
