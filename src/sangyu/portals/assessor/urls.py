"""Addresses of the desk of assessments."""

from django.urls import path

from sangyu.portals.assessor import views

app_name = "assessor"
urlpatterns = [
    path("", views.today, name="today"),
    path("worker.js", views.worker, name="worker"),
    path("visits/<uuid:appointment_id>/", views.sheet, name="sheet"),
    path("visits/<uuid:appointment_id>/sign/", views.sign, name="sign"),
    path("visits/<uuid:appointment_id>/decide/", views.decide, name="decide"),
    path("visits/<uuid:appointment_id>/evidence/", views.add_evidence, name="add-evidence"),
    path("evidence/<uuid:evidence_id>/", views.evidence, name="evidence"),
    path("all/", views.cases, name="cases"),
    path("all/<uuid:assessment_id>/", views.case, name="case"),
    path("all/<uuid:assessment_id>/report/", views.report, name="report"),
    path("all/<uuid:assessment_id>/fhir/", views.fhir, name="fhir"),
    path("all/<uuid:assessment_id>/<slug:what>/", views.act, name="act"),
    path("appoint/", views.appoint, name="appoint"),
    path("bodies/", views.admit, name="admit"),
    path("papers/<uuid:elder_id>/", views.papers, name="papers"),
    path("practice/", views.practice, name="practice"),
]
