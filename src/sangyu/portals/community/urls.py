"""Addresses of the community window."""

from django.urls import path

from sangyu.portals.community.views import elders, register

app_name = "community"
urlpatterns = [
    path("", elders.elders, name="elders"),
    path("register/", register.register, name="register"),
    path("elders/<uuid:elder_id>/registered/", register.registered, name="registered"),
    path("elders/<uuid:elder_id>/", elders.elder, name="elder"),
    path("elders/<uuid:elder_id>/recognise/", elders.recognise, name="recognise"),
    path("elders/<uuid:elder_id>/death/", elders.record_death, name="record-death"),
]
