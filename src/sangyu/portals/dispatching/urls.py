"""Addresses of the dispatcher's desk."""

from django.urls import path

from sangyu.portals.dispatching.views import board, incidents, joining, members, order, proposals

app_name = "dispatching"
urlpatterns = [
    path("", board.board, name="board"),
    path("send/", board.send_selected, name="send-selected"),
    path("orders/<uuid:order_id>/", order.order, name="order"),
    path("orders/<uuid:order_id>/candidates/", order.candidates, name="candidates"),
    path("orders/<uuid:order_id>/send/", board.send, name="send"),
    path("orders/<uuid:order_id>/cancel/", order.cancel, name="cancel"),
    path("proposals/", proposals.proposals, name="proposals"),
    path("proposals/<uuid:proposal_id>/", proposals.answer, name="answer"),
    path("incidents/", incidents.incidents, name="incidents"),
    path("incidents/<uuid:incident_id>/", incidents.decide, name="decide"),
    path("enterprises/", members.enterprises, name="enterprises"),
    path("enterprises/apply/", joining.apply, name="apply"),
    path("enterprises/<uuid:enterprise_id>/", members.enterprise, name="enterprise"),
    path("enterprises/<uuid:enterprise_id>/licence/", joining.licence, name="licence"),
    path("enterprises/<uuid:enterprise_id>/contract/", joining.contract, name="contract"),
    path("enterprises/<uuid:enterprise_id>/<slug:step>/", members.stand, name="stand"),
]
