"""The entrance as Django knows it."""

from django.apps import AppConfig


class EntranceDesk(AppConfig):
    name = "sangyu.portals.entrance"
    label = "entrance_desk"
