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
    "quality",
    "finance",
    "bureau",
    "texting",
    "audit",
    "exchange",
    "components",
]

urlpatterns = [
    path("", include("sangyu.portals.entrance.urls")),
    *[path(f"{desk}/", include(f"sangyu.portals.{desk}.urls")) for desk in DESKS],
    *([path("stage/", include("sangyu.city.stage.urls"))] if settings.DEMO else []),
]
