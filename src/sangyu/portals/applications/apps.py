"""The desk of applications as Django knows it."""

from django.apps import AppConfig


class ApplicationsDesk(AppConfig):
    name = "sangyu.portals.applications"
    label = "applications_desk"
