"""The developer's desk as Django knows it."""

from django.apps import AppConfig


class DeveloperDesk(AppConfig):
    name = "sangyu.portals.developer"
    label = "developer_desk"
