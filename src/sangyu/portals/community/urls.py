"""Addresses of the community window."""

from django.urls import path

from sangyu.portals.community.views import cards, duplicates, elders, families, finding, homes, register, teams

app_name = "community"
urlpatterns = [
    path("", elders.elders, name="elders"),
    path("find/", finding.find, name="find"),
    path("elders/<uuid:elder_id>/confirm/", finding.confirm, name="confirm"),
    path("elders/<uuid:elder_id>/describe/", finding.describe, name="describe"),
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
    path("elders/<uuid:elder_id>/family/", families.family, name="family"),
    path("elders/<uuid:elder_id>/family/kin/", families.add_kin, name="kin"),
    path("elders/<uuid:elder_id>/family/kin/end/", families.end_kin, name="kin-end"),
    path("elders/<uuid:elder_id>/family/household/", families.share_household, name="household"),
    path("elders/<uuid:elder_id>/family/household/leave/", families.leave_household, name="household-leave"),
    path("elders/<uuid:elder_id>/family/contact/", families.add_contact, name="contact"),
    path("elders/<uuid:elder_id>/family/contact/<slug:change>/", families.change_contact, name="contact-change"),
    path("elders/<uuid:elder_id>/documents/", homes.documents, name="documents"),
    path("elders/<uuid:elder_id>/move/", homes.move, name="move"),
    path("teams/", teams.teams, name="teams"),
    path("duplicates/", duplicates.duplicates, name="duplicates"),
    path("duplicates/find/", duplicates.find, name="duplicates-find"),
    path("duplicates/<uuid:case_id>/", duplicates.duplicate, name="duplicate"),
    path("duplicates/<uuid:case_id>/part/", duplicates.part, name="duplicate-part"),
]
