"""The desk of privacy as Django knows it."""

from django.apps import AppConfig


class PrivacyDesk(AppConfig):
    name = "sangyu.portals.privacy"
    label = "privacy_desk"
