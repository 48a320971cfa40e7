"""Addresses of the settlement room."""

from django.urls import path

from sangyu.portals.finance.views import budget, months, payments, statements

app_name = "finance"
urlpatterns = [
    path("", months.months, name="months"),
    path("months/<str:month>/", months.month, name="month"),
    path("months/<str:month>/draw-up/", months.draw_up, name="draw-up"),
    path("months/<str:month>/approve/", months.approve, name="approve"),
    path("months/<str:month>/pay/", payments.pay, name="pay"),
    path("months/<str:month>/file/", payments.download, name="file"),
    path("months/<str:month>/return/", payments.take_return, name="return"),
    path("months/<str:month>/simulate/", payments.simulate_return, name="simulate"),
    path("statements/<uuid:statement_id>/", statements.statement, name="statement"),
    path("statements/<uuid:statement_id>/paper/", statements.paper, name="paper"),
    path("statements/<uuid:statement_id>/withdraw/", statements.withdraw, name="withdraw"),
    path("objections/<uuid:objection_id>/answer/", statements.answer, name="answer"),
    path("budget/", budget.budget_year, name="budget"),
    path("budget/verify/", budget.check_books, name="verify"),
]
