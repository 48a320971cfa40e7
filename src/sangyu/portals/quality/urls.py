"""Addresses of the quality desk."""

from django.urls import path

from sangyu.portals.quality.views import appraisals, calls, samples

app_name = "quality"
urlpatterns = [
    path("", calls.queue, name="queue"),
    path("tasks/<uuid:task_id>/", calls.task, name="task"),
    path("samples/", samples.days, name="samples"),
    path("samples/draw/", samples.draw, name="draw"),
    path("samples/<str:day>/", samples.day, name="sample"),
    path("appraisals/", appraisals.latest, name="appraisals"),
    path("appraisals/<str:month>/", appraisals.month, name="appraisal-month"),
    path("appraisals/<str:month>/draft/", appraisals.draft, name="draft"),
    path("sheets/<uuid:appraisal_id>/", appraisals.sheet, name="sheet"),
    path("sheets/<uuid:appraisal_id>/finalise/", appraisals.finalise, name="finalise"),
    path("objections/<uuid:objection_id>/rule/", appraisals.rule, name="rule"),
]
