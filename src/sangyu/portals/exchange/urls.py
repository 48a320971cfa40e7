"""Addresses of the exchange; no person opens these."""

from django.urls import path

from sangyu.portals.exchange import views

app_name = "exchange"
urlpatterns = [path("cti/events", views.cti_event, name="cti-events")]
