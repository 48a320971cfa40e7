"""The addresses the living page needs to stand alone: itself, the language switch and a door to leave by."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path


def sign_out(request: HttpRequest) -> HttpResponse:
    return HttpResponse('<!doctype html><title>已退出</title><link rel="icon" href="data:,">')


urlpatterns = [
    path("components/", include("sangyu.portals.components.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("sign-out/", sign_out, name="sign-out"),
]
