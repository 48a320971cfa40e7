"""Addresses of the desk of sheets."""

from django.urls import path

from sangyu.portals.intake import views

app_name = "intake"
urlpatterns = [
    path("", views.batches, name="batches"),
    path("new/", views.new, name="new"),
    path("sheets/<slug:code>/", views.sheet, name="sheet"),
    path("hand-out/", views.hand_out, name="hand-out"),
    path("<uuid:batch_id>/", views.batch, name="batch"),
    path("<uuid:batch_id>/progress/", views.progress, name="progress"),
    path("<uuid:batch_id>/lines/<int:line>/", views.line, name="line"),
    path("<uuid:batch_id>/wrong/", views.wrong, name="wrong"),
    path("<uuid:batch_id>/write/", views.write, name="write"),
    path("<uuid:batch_id>/undo/", views.undo, name="undo"),
    path("<uuid:batch_id>/set-aside/", views.set_aside, name="set-aside"),
]
