"""Addresses of the hotline desk."""

from django.urls import path

from sangyu.portals.hotline.views import alarms, calls, desk, elders, orders, shift

app_name = "hotline"
urlpatterns = [
    path("", desk.desk, name="desk"),
    path("live/", desk.live, name="live"),
    path("live/day/", desk.live_day, name="live-day"),
    path("live/line/", desk.line, name="line"),
    path("alarms/", alarms.alarms, name="alarms"),
    path("alarms/<uuid:alarm_id>/take/", alarms.take, name="alarm-take"),
    path("alarms/<uuid:alarm_id>/step/", alarms.step, name="alarm-step"),
    path("alarms/<uuid:alarm_id>/close/", alarms.close, name="alarm-close"),
    path("alarms/<uuid:alarm_id>/read/", alarms.read, name="alarm-read"),
    path("elders/<uuid:elder_id>/orders/", desk.elder_orders, name="elder-orders"),
    path("elders/<uuid:elder_id>/wish/", elders.wish, name="wish"),
    path("shift/", shift.shift, name="shift"),
    path("shift/live/", shift.live, name="shift-live"),
    path("calls/", calls.day, name="calls"),
    path("calls/by-hand/", calls.by_hand, name="by-hand"),
    path("calls/<uuid:call_id>/answer/", calls.answer, name="answer"),
    path("calls/<uuid:call_id>/end/", calls.end, name="end"),
    path("calls/<uuid:call_id>/not-reached/", calls.not_reached, name="not-reached"),
    path("calls/<uuid:call_id>/registration/", calls.request_registration, name="request-registration"),
    path("cards/<uuid:card_id>/lost/", elders.lost_card, name="lost-card"),
    path("calls/<uuid:call_id>/order/", orders.place, name="place"),
    path("compose/", orders.compose, name="compose"),
    path("orders/<uuid:order_id>/", orders.order, name="order"),
    path("orders/<uuid:order_id>/send/", orders.send, name="send"),
]
