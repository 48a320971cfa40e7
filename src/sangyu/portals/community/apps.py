"""The community window as Django knows it."""

from django.apps import AppConfig


class CommunityDesk(AppConfig):
    name = "sangyu.portals.community"
    label = "community_desk"
