"""The desk of entitlements as Django knows it."""

from django.apps import AppConfig


class EntitlementsDesk(AppConfig):
    name = "sangyu.portals.entitlements"
    label = "entitlements_desk"
