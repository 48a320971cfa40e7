"""Addresses of the enterprise's desk."""

from django.urls import path

from sangyu.portals.provider.views import firm, incidents, month, people, work

app_name = "provider"
urlpatterns = [
    path("", work.inbox, name="inbox"),
    path("accept/", work.accept_all, name="accept-all"),
    path("dispatches/<uuid:dispatch_id>/", work.dispatch, name="dispatch"),
    path("dispatches/<uuid:dispatch_id>/accept/", work.accept, name="accept"),
    path("dispatches/<uuid:dispatch_id>/refuse/", work.refuse, name="refuse"),
    path("dispatches/<uuid:dispatch_id>/assign/", work.assign, name="assign"),
    path("dispatches/<uuid:dispatch_id>/propose/", work.propose, name="propose"),
    path("workers/", people.workers, name="workers"),
    path("workers/new/", people.take_on, name="take-on"),
    path("workers/<uuid:worker_id>/", people.worker, name="worker"),
    path("workers/<uuid:worker_id>/certificates/", people.add_certificate, name="add-certificate"),
    path("workers/<uuid:worker_id>/villages/", people.villages, name="villages"),
    path("workers/<uuid:worker_id>/leave/", people.let_go, name="let-go"),
    path("licences/", firm.licences, name="licences"),
    path("pay/", firm.pay, name="pay"),
    path("pay/<uuid:item_id>/", firm.set_pay, name="set-pay"),
    path("incidents/", incidents.incidents, name="incidents"),
    path("appraisals/", month.appraisals, name="appraisals"),
    path("appraisals/<uuid:appraisal_id>/", month.appraisal, name="appraisal"),
    path("appraisals/<uuid:appraisal_id>/items/<uuid:item_id>/", month.behind, name="behind"),
    path("appraisals/<uuid:appraisal_id>/items/<uuid:item_id>/object/", month.object_to_item, name="object-to-item"),
    path("statements/", month.statements, name="statements"),
    path("statements/<uuid:statement_id>/", month.statement, name="statement"),
    path("statements/<uuid:statement_id>/confirm/", month.confirm, name="confirm"),
    path("statements/<uuid:statement_id>/object/", month.object_to_statement, name="object-to-statement"),
]
