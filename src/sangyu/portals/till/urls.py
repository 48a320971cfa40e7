"""Addresses of the till."""

from django.urls import path

from sangyu.portals.till.views import days, selling

app_name = "till"
urlpatterns = [
    path("", selling.desk, name="desk"),
    path("find/", selling.find, name="find"),
    path("sell/", selling.sell, name="sell"),
    path("refund/", selling.refund, name="refund"),
    path("days/", days.today, name="today"),
    path("days/<str:day>/", days.day, name="day"),
    path("days/<str:day>/close/", days.close, name="close"),
    path("months/", days.this_month, name="this-month"),
    path("months/<str:month>/", days.month, name="month"),
]
