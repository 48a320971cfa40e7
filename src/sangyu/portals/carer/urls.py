"""Addresses of the worker's phone desk."""

from django.urls import path

from sangyu.portals.carer import views

app_name = "carer"
urlpatterns = [
    path("", views.today, name="today"),
    path("month/", views.month, name="month"),
    path("orders/<uuid:order_id>/", views.visit, name="visit"),
    path("orders/<uuid:order_id>/arrive/", views.arrive, name="arrive"),
    path("orders/<uuid:order_id>/leave/", views.leave, name="leave"),
    path("orders/<uuid:order_id>/photos/", views.add_photo, name="add_photo"),
    path("orders/<uuid:order_id>/report/", views.report, name="report"),
    path("orders/<uuid:order_id>/incidents/<uuid:incident_id>/", views.incident, name="incident"),
    path(
        "orders/<uuid:order_id>/incidents/<uuid:incident_id>/photos/",
        views.add_incident_photo,
        name="add_incident_photo",
    ),
]
