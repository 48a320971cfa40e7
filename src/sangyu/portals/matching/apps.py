"""The desk of registers as Django knows it."""

from django.apps import AppConfig


class MatchingDesk(AppConfig):
    name = "sangyu.portals.matching"
    label = "matching_desk"
