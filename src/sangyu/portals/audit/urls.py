"""Addresses of the audit bench."""

from django.urls import path

from sangyu.portals.audit import views

app_name = "audit"
urlpatterns = [
    path("", views.search, name="search"),
    path("lines/<uuid:line_id>/", views.line, name="line"),
    path("orders/<uuid:order_id>/", views.order, name="order"),
]
