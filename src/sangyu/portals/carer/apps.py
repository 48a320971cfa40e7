"""The worker's phone desk as Django knows it."""

from django.apps import AppConfig


class CarerDesk(AppConfig):
    name = "sangyu.portals.carer"
    label = "carer_desk"
