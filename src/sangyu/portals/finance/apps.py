"""The finance desk as Django knows it."""

from django.apps import AppConfig


class FinanceDesk(AppConfig):
    name = "sangyu.portals.finance"
    label = "finance_desk"
