"""The interface as Django knows it."""

from django.apps import AppConfig


class ApiDesk(AppConfig):
    name = "sangyu.portals.api"
    label = "api_desk"
