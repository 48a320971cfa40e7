"""Addresses of the dispatcher's desk."""

from django.urls import path

from sangyu.portals.dispatching.views import board, catalogue, incidents, joining, members, order, proposals, teams

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
    path("catalogue/", catalogue.catalogue, name="catalogue"),
    path("catalogue/sheet/", catalogue.sheet, name="sheet"),
    path("catalogue/bring/", catalogue.bring, name="bring"),
    path("catalogue/standard/", catalogue.standard, name="standard"),
    path("enterprises/", members.enterprises, name="enterprises"),
    path("teams/", teams.teams, name="teams"),
    path("teams/<uuid:recommendation_id>/", teams.answer, name="team-answer"),
    path("enterprises/apply/", joining.apply, name="apply"),
    path("enterprises/<uuid:enterprise_id>/", members.enterprise, name="enterprise"),
    path("enterprises/<uuid:enterprise_id>/licence/", joining.licence, name="licence"),
    path("enterprises/<uuid:enterprise_id>/licences/<uuid:licence_id>/", joining.check, name="check"),
    path("enterprises/<uuid:enterprise_id>/contract/", joining.contract, name="contract"),
    path("enterprises/<uuid:enterprise_id>/kind/", joining.kind, name="kind"),
    path("enterprises/<uuid:enterprise_id>/evaluation/", joining.evaluation, name="evaluation"),
    path("enterprises/<uuid:enterprise_id>/<slug:step>/", members.stand, name="stand"),
]
