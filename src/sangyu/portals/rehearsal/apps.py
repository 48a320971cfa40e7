"""The desk of rehearsals as Django knows it."""

from django.apps import AppConfig


class RehearsalDesk(AppConfig):
    name = "sangyu.portals.rehearsal"
    label = "rehearsal_desk"
