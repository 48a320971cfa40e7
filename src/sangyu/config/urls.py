"""The address book: one line per desk."""

from importlib import import_module

from django.urls import include, path

DESKS = [
    "hotline",
    "dispatching",
    "community",
    "provider",
    "carer",
    "till",
    "quality",
    "finance",
    "audit",
    "exchange",
    "components",
]


def _stands(desk: str) -> bool:
    try:
        import_module(f"sangyu.portals.{desk}.urls")
    except ImportError:
        return False
    return True


urlpatterns = [
    path("", include("sangyu.portals.entrance.urls")),
    *[path(f"{desk}/", include(f"sangyu.portals.{desk}.urls")) for desk in DESKS if _stands(desk)],
]
