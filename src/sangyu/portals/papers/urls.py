"""Addresses of photos and papers."""

from django.urls import path

from sangyu.portals.papers import views

app_name = "papers"
urlpatterns = [path("<uuid:file_id>/", views.file, name="file")]
