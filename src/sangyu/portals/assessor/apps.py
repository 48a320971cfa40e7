"""The desk of assessments as Django knows it."""

from django.apps import AppConfig


class AssessorDesk(AppConfig):
    name = "sangyu.portals.assessor"
    label = "assessor_desk"
