"""The desk that hands out photos and papers, as Django knows it."""

from django.apps import AppConfig


class PapersDesk(AppConfig):
    name = "sangyu.portals.papers"
    label = "papers_desk"
