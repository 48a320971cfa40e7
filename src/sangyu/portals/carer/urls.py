"""Addresses of the worker's phone desk."""

from django.urls import path

from sangyu.portals.carer import views

app_name = "carer"
urlpatterns = [
    path("", views.today, name="today"),
    path("orders/<uuid:order_id>/", views.visit, name="visit"),
    path("orders/<uuid:order_id>/arrive/", views.arrive, name="arrive"),
    path("orders/<uuid:order_id>/leave/", views.leave, name="leave"),
]
