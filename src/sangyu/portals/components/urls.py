"""The living page: every component in every state."""

from django.urls import path

from sangyu.portals.components import views

app_name = "components"
urlpatterns = [
    path("", views.all_components, name="all"),
    path("pocket/", views.pocket, name="pocket"),
    path("plain/", views.plain, name="plain"),
]
