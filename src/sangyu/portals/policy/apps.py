"""The policy desk as Django knows it."""

from django.apps import AppConfig


class PolicyDesk(AppConfig):
    name = "sangyu.portals.policy"
    label = "policy_desk"
