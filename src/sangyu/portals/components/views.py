"""The living page shows what the product is made of; people choose from it and tests walk over it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from sangyu.portals.components import samples
from sangyu.portals.components.icons import ICONS
from sangyu.portals.components.stages import GRADES, STAGES


def all_components(request: HttpRequest) -> HttpResponse:
    """Show every component in every state on the layout of a desk."""
    return render(
        request,
        "components/all.html",
        {
            "desk": samples.DESK,
            "viewer": samples.VIEWER,
            "form": samples.empty_form(),
            "wrong": samples.wrong_form(),
            "slots": samples.SLOTS,
            "aids": samples.AIDS,
            "streets": samples.STREETS,
            "orders": samples.ORDERS,
            "candidates": samples.CANDIDATES,
            "facts": samples.FACTS,
            "steps": samples.STEPS,
            "tabs": samples.TABS,
            "stages": STAGES,
            "grades": GRADES,
            "icons": ICONS,
            "noon": samples.NOON,
        },
    )


def pocket(request: HttpRequest) -> HttpResponse:
    """Show the phone layout with a visit in hand."""
    return render(
        request,
        "components/pocket.html",
        {"desk": samples.POCKET_DESK, "viewer": samples.VIEWER, "noon": samples.NOON, "form": samples.empty_form()},
    )


def plain(request: HttpRequest) -> HttpResponse:
    """Show the layout of signing in and of single messages."""
    return render(request, "components/plain.html", {})
