"""Addresses of the till."""

from django.urls import path

from sangyu.portals.till.views import days, kitchen, selling

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
    path("menus/", kitchen.todays_menu, name="todays-menu"),
    path("menus/<str:day>/", kitchen.menu, name="menu"),
    path("sales/<uuid:sale_id>/rating/", kitchen.rating, name="rating"),
    path("prices/", kitchen.prices, name="prices"),
    path("board/", kitchen.board, name="board"),
]
