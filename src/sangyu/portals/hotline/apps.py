"""The hotline desk as Django knows it; the room has the label `hotline`, so the desk cannot."""

from django.apps import AppConfig


class HotlineDesk(AppConfig):
    name = "sangyu.portals.hotline"
    label = "hotline_desk"
    verbose_name = "接线台"
