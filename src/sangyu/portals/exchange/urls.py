"""Addresses of the exchange; no person opens these."""

from django.urls import path

from sangyu.portals.exchange import receipts, views

app_name = "exchange"
urlpatterns = [
    path("cti/events", views.cti_event, name="cti-events"),
    path("cti/heartbeat", views.cti_heartbeat, name="cti-heartbeat"),
    path("sms/receipts", receipts.sms_receipt, name="sms-receipts"),
]
