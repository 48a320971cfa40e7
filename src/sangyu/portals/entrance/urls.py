"""Addresses of the entrance; they carry no name space, since every page refers to them."""

from django.urls import include, path

from sangyu.portals.entrance import account, factors, look_up, views

urlpatterns = [
    path("", views.home, name="home"),
    path("sign-in/", views.sign_in, name="sign-in"),
    path("sign-in/second/", factors.second_factor, name="second-factor"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("account/", account.account, name="account"),
    path("account/password/", account.password, name="account-password"),
    path("account/sessions/<slug:handle>/end/", account.end_session, name="session-end"),
    path("account/factors/", factors.add, name="factor-add"),
    path("account/factors/app/", factors.add_app, name="app-add"),
    path("account/factors/passkey/", factors.add_passkey, name="passkey-add"),
    path("account/factors/<uuid:factor_id>/remove/", factors.remove, name="factor-remove"),
    path("look-up/document/<uuid:elder_id>/", look_up.document, name="look-up-document"),
    path("language/", include("django.conf.urls.i18n")),
]
