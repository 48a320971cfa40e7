"""Addresses of the dispatcher's desk."""

from django.urls import path

from sangyu.portals.dispatching.views import board, order

app_name = "dispatching"
urlpatterns = [
    path("", board.board, name="board"),
    path("orders/<uuid:order_id>/", order.order, name="order"),
    path("orders/<uuid:order_id>/candidates/", order.candidates, name="candidates"),
    path("orders/<uuid:order_id>/send/", board.send, name="send"),
    path("orders/<uuid:order_id>/cancel/", order.cancel, name="cancel"),
]
