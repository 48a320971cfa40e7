"""Addresses of the enterprise's desk."""

from django.urls import path

from sangyu.portals.provider.views import month, work

app_name = "provider"
urlpatterns = [
    path("", work.inbox, name="inbox"),
    path("dispatches/<uuid:dispatch_id>/", work.dispatch, name="dispatch"),
    path("dispatches/<uuid:dispatch_id>/accept/", work.accept, name="accept"),
    path("dispatches/<uuid:dispatch_id>/refuse/", work.refuse, name="refuse"),
    path("dispatches/<uuid:dispatch_id>/assign/", work.assign, name="assign"),
    path("appraisals/", month.appraisals, name="appraisals"),
    path("appraisals/<uuid:appraisal_id>/", month.appraisal, name="appraisal"),
    path("appraisals/<uuid:appraisal_id>/items/<uuid:item_id>/object/", month.object_to_item, name="object-to-item"),
    path("statements/", month.statements, name="statements"),
    path("statements/<uuid:statement_id>/", month.statement, name="statement"),
    path("statements/<uuid:statement_id>/confirm/", month.confirm, name="confirm"),
    path("statements/<uuid:statement_id>/object/", month.object_to_statement, name="object-to-statement"),
]
