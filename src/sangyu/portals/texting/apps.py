"""The desk of text messages as Django knows it."""

from django.apps import AppConfig


class TextingDesk(AppConfig):
    name = "sangyu.portals.texting"
    label = "texting_desk"
