"""The bureau's desk as Django knows it."""

from django.apps import AppConfig


class BureauDesk(AppConfig):
    name = "sangyu.portals.bureau"
    label = "bureau_desk"
