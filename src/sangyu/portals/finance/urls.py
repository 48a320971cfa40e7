"""Addresses of the settlement room."""

from django.urls import path

from sangyu.portals.finance.views import accounts, budget, months, papers, payments, sponsors, statements

app_name = "finance"
urlpatterns = [
    path("", months.months, name="months"),
    path("months/<str:month>/", months.month, name="month"),
    path("months/<str:month>/draw-up/", months.draw_up, name="draw-up"),
    path("months/<str:month>/approve/", months.approve, name="approve"),
    path("months/<str:month>/decline/", months.decline, name="decline"),
    path("months/<str:month>/explain/", months.explain, name="explain"),
    path("months/<str:month>/pay/", payments.pay, name="pay"),
    path("months/<str:month>/files/<int:n>/", payments.download, name="file-n"),
    path("months/<str:month>/files/<int:n>/request.<str:form>", papers.of_file, name="request"),
    path("months/<str:month>/papers/<str:kind>.<str:form>", papers.of_month, name="month-paper"),
    path("months/<str:month>/pay-again/", payments.pay_again, name="pay-again"),
    path("months/<str:month>/payments/<uuid:payment_id>/account/", accounts.account, name="account"),
    path("months/<str:month>/return/", payments.take_return, name="return"),
    path("months/<str:month>/simulate/", payments.simulate_return, name="simulate"),
    path("statements/<uuid:statement_id>/", statements.statement, name="statement"),
    path("statements/<uuid:statement_id>/paper.<str:form>", papers.of_statement, name="statement-paper"),
    path("statements/<uuid:statement_id>/take-back/", statements.take_back, name="take-back"),
    path("appraisals/<uuid:appraisal_id>/paper.<str:form>", papers.of_sheet, name="sheet-paper"),
    path("corrections/<uuid:correction_id>/waive/", statements.waive, name="waive"),
    path("payments/<uuid:payment_id>/release/", payments.release, name="release"),
    path("statements/<uuid:statement_id>/withdraw/", statements.withdraw, name="withdraw"),
    path("objections/<uuid:objection_id>/answer/", statements.answer, name="answer"),
    path("budget/", budget.budget_year, name="budget"),
    path("sponsors/", sponsors.sponsors, name="sponsors"),
    path("sponsors/pledge/", sponsors.pledge, name="pledge"),
    path("sponsors/donate/", sponsors.donate, name="donate"),
    path("sponsors/import/", sponsors.take_over, name="import-donations"),
    path("sponsors/canteen/", sponsors.name_sponsor, name="name-sponsor"),
    path("sponsors/<uuid:sponsor_id>/statement.csv", sponsors.statement, name="sponsor-statement"),
    path("budget/verify/", budget.check_books, name="verify"),
]
