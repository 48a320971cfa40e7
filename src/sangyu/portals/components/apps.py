"""Registers the design system with Django under the label `components`."""

from django.apps import AppConfig


class ComponentsConfig(AppConfig):
    name = "sangyu.portals.components"
    label = "components"
    verbose_name = "界面组件"
