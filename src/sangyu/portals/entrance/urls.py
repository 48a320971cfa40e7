"""Addresses of the entrance; they carry no name space, since every page refers to them."""

from django.urls import include, path

from sangyu.portals.entrance import views

urlpatterns = [
    path("", views.home, name="home"),
    path("sign-in/", views.sign_in, name="sign-in"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("language/", include("django.conf.urls.i18n")),
]
