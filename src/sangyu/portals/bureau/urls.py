"""The addresses of the bureau's desk."""

from django.urls import path

from sangyu.portals.bureau import ageing, funding, people, views

app_name = "bureau"
urlpatterns = [
    path("", views.home, name="home"),
    path("exceptions/", views.exceptions, name="exceptions"),
    path("rows/<slug:code>/", views.rows, name="rows"),
    path("analysis/", views.analysis, name="analysis"),
    path("groups/", views.groups, name="groups"),
    path("delivery/", views.delivery, name="delivery"),
    path("funding/", funding.funding, name="funding"),
    path("ageing/", ageing.ageing, name="ageing"),
    path("report/", views.report, name="report"),
    path("report/freeze/", views.freeze, name="freeze"),
    path("report/workbook/", views.workbook, name="workbook"),
    path("people/", people.people, name="people"),
    path("people/invite/", people.invite, name="invite"),
    path("people/<uuid:user_id>/", people.person, name="person"),
    path("people/<uuid:user_id>/<slug:verb>/", people.act, name="person-act"),
]
