"""Addresses of the desk of applications: at the community's window, on the bureau's table, on the notice board."""

from django.urls import path

from sangyu.portals.applications import views

app_name = "applications"
urlpatterns = [
    path("community/applications/", views.listed, name="list"),
    path("community/applications/new/", views.take, name="take"),
    path("community/applications/papers/<uuid:paper_id>/", views.paper, name="paper"),
    path("community/applications/postings/", views.post, name="post"),
    path("community/applications/postings/<uuid:posting_id>/", views.posting, name="posting"),
    path("community/applications/postings/<uuid:posting_id>/<slug:size>.pdf", views.posting_pdf, name="posting-pdf"),
    path("community/applications/unclaimed/", views.unclaimed, name="unclaimed"),
    path("community/applications/unclaimed/sheet/", views.hand_out, name="hand-out"),
    path("community/applications/unclaimed/survey/", views.survey, name="survey"),
    path("community/applications/unclaimed/<uuid:unclaimed_id>/begin/", views.begin, name="begin"),
    path("community/applications/unclaimed/<uuid:unclaimed_id>/waive/", views.waive, name="waive"),
    path("community/applications/<uuid:application_id>/", views.case, name="case"),
    path("community/applications/<uuid:application_id>/agreement.pdf", views.agreement, name="agreement"),
    path("community/applications/<uuid:application_id>/<slug:what>/", views.act, name="act"),
    path("bureau/approvals/", views.stack, name="stack"),
    path("bureau/approvals/terms/", views.terms, name="terms"),
    path("bureau/approvals/<uuid:application_id>/<slug:what>/", views.decide, name="decide"),
    path("notices/<uuid:posting_id>/", views.board, name="board"),
]
