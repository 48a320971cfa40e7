"""The addresses of the desk of rehearsals."""

from django.urls import path

from sangyu.portals.rehearsal import views

app_name = "rehearsal"
urlpatterns = [
    path("", views.home, name="home"),
    path("figure/", views.figure, name="figure"),
    path("figure/people/", views.figure_people, name="figure-people"),
    path("figure/sheet/", views.figure_sheet, name="figure-sheet"),
    path("start/", views.start, name="start"),
    path("run/<uuid:run_id>/", views.run, name="run"),
    path("run/<uuid:run_id>/progress/", views.progress, name="progress"),
    path("run/<uuid:run_id>/people/", views.run_people, name="run-people"),
    path("run/<uuid:run_id>/sheet/", views.run_sheet, name="run-sheet"),
    path("<uuid:draft_id>/", views.draft, name="draft"),
    path("<uuid:draft_id>/people/", views.draft_people, name="draft-people"),
    path("<uuid:draft_id>/sheet/", views.draft_sheet, name="draft-sheet"),
]
