"""The exchange as Django knows it."""

from django.apps import AppConfig


class Exchange(AppConfig):
    name = "sangyu.portals.exchange"
    label = "exchange_desk"
