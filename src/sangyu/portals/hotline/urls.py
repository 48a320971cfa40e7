"""Addresses of the hotline desk."""

from django.urls import path

from sangyu.portals.hotline.views import calls, desk, orders

app_name = "hotline"
urlpatterns = [
    path("", desk.desk, name="desk"),
    path("live/", desk.live, name="live"),
    path("elders/<uuid:elder_id>/orders/", desk.elder_orders, name="elder-orders"),
    path("calls/", calls.day, name="calls"),
    path("calls/by-hand/", calls.by_hand, name="by-hand"),
    path("calls/<uuid:call_id>/answer/", calls.answer, name="answer"),
    path("calls/<uuid:call_id>/end/", calls.end, name="end"),
    path("calls/<uuid:call_id>/order/", orders.place, name="place"),
    path("compose/", orders.compose, name="compose"),
    path("orders/<uuid:order_id>/", orders.order, name="order"),
    path("orders/<uuid:order_id>/send/", orders.send, name="send"),
]
