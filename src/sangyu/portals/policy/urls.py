"""Addresses of the policy desk."""

from django.urls import path

from sangyu.portals.policy import drafts, history, tables, views

app_name = "policy"
urlpatterns = [
    path("", views.rules, name="rules"),
    path("readings/", views.readings, name="readings"),
    path("cases/", views.cases, name="cases"),
    path("rules/<slug:rule_id>/", views.rule, name="rule"),
    path("workbook/", drafts.workbook, name="workbook"),
    path("drafts/", drafts.drafts, name="drafts"),
    path("drafts/new/", drafts.propose, name="propose"),
    path("drafts/figures/", drafts.figures, name="figures"),
    path("drafts/figures/<slug:name>/", tables.table, name="table"),
    path("drafts/<uuid:draft_id>/", drafts.draft, name="draft"),
    path("drafts/<uuid:draft_id>/review/", drafts.review, name="review"),
    path("drafts/<uuid:draft_id>/withdraw/", drafts.withdraw, name="withdraw"),
    path("history/", history.history, name="history"),
    path("history/<uuid:adoption_id>/", history.adoption, name="adoption"),
]
