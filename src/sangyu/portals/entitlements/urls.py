"""Addresses of the desk of entitlements: beside an elder for those who speak with her, and in the settlement room."""

from django.urls import path

from sangyu.portals.entitlements.views import by_hand, elder, runs

app_name = "entitlements"
urlpatterns = [
    path("community/elders/<uuid:elder_id>/entitlements/", elder.entitlements, name="elder"),
    path("community/elders/<uuid:elder_id>/entitlements/state/", elder.state, name="state"),
    path("community/elders/<uuid:elder_id>/entitlements/account/", elder.set_account, name="account"),
    path("community/elders/<uuid:elder_id>/stays/", by_hand.set_aside, name="set-aside"),
    path("community/elders/<uuid:elder_id>/stays/draw/", by_hand.draw, name="draw"),
    path("community/elders/<uuid:elder_id>/stays/cost/", by_hand.note_cost, name="stay-cost"),
    path("community/elders/<uuid:elder_id>/stays/call-off/", by_hand.call_off, name="call-off"),
    path("community/elders/<uuid:elder_id>/devices/", by_hand.hand_over, name="hand-over"),
    path("community/elders/<uuid:elder_id>/devices/give-back/", by_hand.give_back, name="give-back"),
    path("community/elders/<uuid:elder_id>/slips/<str:month>/", elder.slip, name="slip"),
    path("community/elders/<uuid:elder_id>/slips/<str:month>.pdf", elder.slip_paper, name="slip-paper"),
    path("finance/allowances/", runs.runs, name="runs"),
    path("finance/allowances/stays/", runs.stays, name="stays"),
    path("finance/allowances/draw-up/", runs.draw_up, name="draw-up"),
    path("finance/allowances/account/", runs.set_account, name="scheme-account"),
    path("finance/allowances/<uuid:run_id>/", runs.run, name="run"),
    path("finance/allowances/<uuid:run_id>/approve/", runs.approve, name="approve"),
    path("finance/allowances/<uuid:run_id>/pay/", runs.pay, name="pay"),
    path("finance/allowances/<uuid:run_id>/file/", runs.download, name="file"),
    path("finance/allowances/<uuid:run_id>/return/", runs.take_return, name="return"),
    path("finance/allowances/<uuid:run_id>/recover/", runs.recover, name="recover"),
]
