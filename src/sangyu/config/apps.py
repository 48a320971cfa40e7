"""Registers what must happen after every migration: the serving log-in gets its rights."""

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


class Config(AppConfig):
    name = "sangyu.config"
    label = "config"
    default = True

    def ready(self) -> None:
        from sangyu.config.grants import grant_to_app

        # Sent once per app with models, after the last migration of all: one sender is enough, and we have no models.
        post_migrate.connect(grant_to_app, sender=apps.get_app_config("contenttypes"))
