"""Addresses of the policy desk."""

from django.urls import path

from sangyu.portals.policy import views

app_name = "policy"
urlpatterns = [
    path("", views.rules, name="rules"),
    path("readings/", views.readings, name="readings"),
    path("cases/", views.cases, name="cases"),
    path("rules/<slug:rule_id>/", views.rule, name="rule"),
]
