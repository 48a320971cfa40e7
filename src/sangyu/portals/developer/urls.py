"""The addresses of the developer's desk."""

from django.urls import path

from sangyu.portals.developer import views

app_name = "developer"
urlpatterns = [
    path("", views.subscriptions, name="subscriptions"),
    path("new/", views.new, name="new"),
    path("pushes/", views.pushes, name="pushes"),
    path("pushes/<uuid:push_id>/", views.push, name="push"),
    path("pushes/<uuid:push_id>/again/", views.push_again, name="push-again"),
    path("<uuid:subscription_id>/", views.subscription, name="subscription"),
    path("<uuid:subscription_id>/switch/", views.switch, name="switch"),
    path("<uuid:subscription_id>/secret/", views.renew_secret, name="secret"),
    path("<uuid:subscription_id>/ping/", views.ping, name="ping"),
    path("<uuid:subscription_id>/again/", views.push_dead_again, name="push-dead-again"),
]
