"""Who may sit at a desk: asked once before each of its pages; its verbs ask again for what they write."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse

from sangyu.access.queries import ensure_role

View = Callable[..., HttpResponse]


def seated(*roles: str) -> Callable[[View], View]:
    """Make the guard of a desk: whoever is not signed in is led to the door, any other role than these is refused."""

    def seat(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            ensure_role(request.user, *roles)
            return view(request, *args, **kwargs)

        return login_required(guarded)

    return seat
