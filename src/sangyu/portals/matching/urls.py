"""Addresses of the desk of registers."""

from django.urls import path

from sangyu.portals.matching import views

app_name = "matching"
urlpatterns = [
    path("", views.registers, name="registers"),
    path("hand-in/", views.hand_in, name="hand-in"),
    path("batches/<uuid:batch_id>/", views.batch, name="batch"),
    path("batches/<uuid:batch_id>/compare/", views.compare, name="compare"),
    path("batches/<uuid:batch_id>/discard/", views.discard, name="discard"),
    path("differences/", views.differences, name="differences"),
    path("differences/settle/", views.settle_plain, name="settle-plain"),
    path("differences/<uuid:difference_id>/", views.difference, name="difference"),
    path("differences/<uuid:difference_id>/settle/", views.settle, name="settle"),
    path("differences/<uuid:difference_id>/birth/", views.correct_birth, name="correct-birth"),
    path("elders/<uuid:elder_id>/words/", views.words, name="words"),
    path("elders/<uuid:elder_id>/closing/", views.closing, name="closing"),
]
