"""The quality desk as Django knows it."""

from django.apps import AppConfig


class QualityDesk(AppConfig):
    name = "sangyu.portals.quality"
    label = "quality_desk"
