"""The address book: one line per desk."""

from importlib.util import find_spec

from django.urls import include, path

DESKS = [
    "hotline",
    "dispatching",
    "community",
    "provider",
    "carer",
    "quality",
    "finance",
    "audit",
    "exchange",
    "components",
]


def _stands(desk: str) -> bool:
    return find_spec(f"sangyu.portals.{desk}") is not None and find_spec(f"sangyu.portals.{desk}.urls") is not None


urlpatterns = [
    path("", include("sangyu.portals.entrance.urls")),
    *[path(f"{desk}/", include(f"sangyu.portals.{desk}.urls")) for desk in DESKS if _stands(desk)],
]
