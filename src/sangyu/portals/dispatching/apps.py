"""The dispatcher's desk as Django knows it."""

from django.apps import AppConfig


class DispatchingDesk(AppConfig):
    name = "sangyu.portals.dispatching"
    label = "dispatching_desk"
