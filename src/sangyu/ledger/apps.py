"""The books as an application of Django."""

from __future__ import annotations

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "sangyu.ledger"
    label = "ledger"
    verbose_name = "账簿"
