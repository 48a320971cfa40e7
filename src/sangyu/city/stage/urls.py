"""Addresses of the stage."""

from django.urls import path

from sangyu.city.stage import views

app_name = "stage"
urlpatterns = [
    path("ring/", views.ring, name="ring"),
    path("become/", views.become, name="become"),
    path("tour/", views.tour_page, name="tour"),
    path("tour/<int:n>/", views.stop, name="stop"),
    path("tour/<int:n>/step/", views.step, name="step"),
    path("tour/leave/", views.leave_tour, name="leave-tour"),
    path("month/", views.month, name="month"),
    path("month/close/", views.close_month, name="close-month"),
    path("refusals/", views.refusals_page, name="refusals"),
    path("refusals/<slug:name>/", views.refuse, name="refuse"),
]
