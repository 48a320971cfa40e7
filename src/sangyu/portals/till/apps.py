"""The canteen's till as Django knows it."""

from django.apps import AppConfig


class TillDesk(AppConfig):
    name = "sangyu.portals.till"
    label = "till_desk"
