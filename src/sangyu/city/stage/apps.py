"""The stage of the demo as Django knows it."""

from django.apps import AppConfig


class Stage(AppConfig):
    name = "sangyu.city.stage"
    label = "stage"
