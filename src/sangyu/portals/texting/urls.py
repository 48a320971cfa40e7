"""The addresses of the desk of text messages."""

from django.urls import path

from sangyu.portals.texting import views

app_name = "texting"
urlpatterns = [
    path("", views.texts, name="texts"),
    path("phones/", views.phones, name="phones"),
    path("<uuid:text_id>/rung/", views.rung, name="rung"),
]
