"""The enterprise's desk as Django knows it."""

from django.apps import AppConfig


class ProviderDesk(AppConfig):
    name = "sangyu.portals.provider"
    label = "provider_desk"
