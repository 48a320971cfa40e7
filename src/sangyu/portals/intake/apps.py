"""The desk of sheets as Django knows it."""

from django.apps import AppConfig


class IntakeDesk(AppConfig):
    name = "sangyu.portals.intake"
    label = "intake_desk"
