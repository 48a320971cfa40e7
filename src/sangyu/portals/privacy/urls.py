"""Addresses of the desk of privacy."""

from django.urls import path

from sangyu.portals.privacy import views

app_name = "privacy"
urlpatterns = [
    path("", views.purposes, name="purposes"),
    path("requests/", views.requests, name="requests"),
    path("requests/<uuid:request_id>/", views.case, name="request"),
    path("requests/<uuid:request_id>/answer/", views.answer, name="answer"),
    path("requests/<uuid:request_id>/copy/", views.copy, name="copy"),
    path("requests/<uuid:request_id>/erase/", views.erase, name="erase"),
    path("elders/<uuid:elder_id>/", views.elder, name="elder"),
    path("elders/<uuid:elder_id>/consent/", views.consent, name="consent"),
    path("elders/<uuid:elder_id>/request/", views.take_in, name="take-in"),
    path("elders/<uuid:elder_id>/seen/", views.seen, name="seen"),
    path("removals/", views.removals, name="removals"),
]
