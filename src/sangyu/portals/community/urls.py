"""Addresses of the community window."""

from django.urls import path

from sangyu.portals.community.views import cards, elders, register

app_name = "community"
urlpatterns = [
    path("", elders.elders, name="elders"),
    path("register/", register.register, name="register"),
    path("elders/<uuid:elder_id>/registered/", register.registered, name="registered"),
    path("elders/<uuid:elder_id>/", elders.elder, name="elder"),
    path("elders/<uuid:elder_id>/recognise/", elders.recognise, name="recognise"),
    path("elders/<uuid:elder_id>/end-recognition/", elders.end_recognition, name="end-recognition"),
    path("elders/<uuid:elder_id>/death/", elders.record_death, name="record-death"),
    path("elders/<uuid:elder_id>/death/withdraw/", elders.withdraw_death, name="withdraw-death"),
    path("elders/<uuid:elder_id>/cards/", cards.cards, name="cards"),
    path("elders/<uuid:elder_id>/cards/issue/", cards.issue, name="card-issue"),
    path("elders/<uuid:elder_id>/cards/lost/", cards.lost, name="card-lost"),
    path("elders/<uuid:elder_id>/cards/found/", cards.found, name="card-found"),
]
