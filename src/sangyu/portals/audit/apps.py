"""The audit desk as Django knows it."""

from django.apps import AppConfig


class AuditDesk(AppConfig):
    name = "sangyu.portals.audit"
    label = "audit_desk"
