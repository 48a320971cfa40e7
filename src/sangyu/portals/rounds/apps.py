"""The rounds as Django knows them."""

from django.apps import AppConfig


class Rounds(AppConfig):
    name = "sangyu.portals.rounds"
    label = "rounds"
