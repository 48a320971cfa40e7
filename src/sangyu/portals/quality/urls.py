"""Addresses of the quality desk."""

from django.urls import path

from sangyu.portals.quality.views import appraisals, calls, checks, complaints, ranking, samples, standards, third_party

app_name = "quality"
urlpatterns = [
    path("", calls.queue, name="queue"),
    path("tasks/<uuid:task_id>/", calls.task, name="task"),
    path("samples/", samples.days, name="samples"),
    path("samples/draw/", samples.draw, name="draw"),
    path("samples/<str:day>/", samples.day, name="sample"),
    path("complaints/", complaints.cases, name="complaints"),
    path("complaints/gather/", complaints.gather, name="gather"),
    path("complaints/<uuid:complaint_id>/", complaints.case, name="complaint"),
    path("complaints/<uuid:complaint_id>/give/", complaints.give, name="give"),
    path("complaints/<uuid:complaint_id>/decide/", complaints.decide, name="decide"),
    path("complaints/<uuid:complaint_id>/close/", complaints.close, name="close"),
    path("appraisals/", appraisals.latest, name="appraisals"),
    path("appraisals/<str:month>/", appraisals.month, name="appraisal-month"),
    path("appraisals/<str:month>/draft/", appraisals.draft, name="draft"),
    path("appraisals/<str:month>/release/", appraisals.release_month, name="release-month"),
    path("appraisals/<str:month>/list.xlsx", appraisals.month_list, name="month-list"),
    path("sheets/<uuid:appraisal_id>/", appraisals.sheet, name="sheet"),
    path("sheets/<uuid:appraisal_id>/release/", appraisals.release, name="release"),
    path("sheets/<uuid:appraisal_id>/finalise/", appraisals.finalise, name="finalise"),
    path("items/<uuid:item_id>/", appraisals.behind, name="behind"),
    path("items/<uuid:item_id>/score/", appraisals.score, name="score"),
    path("objections/<uuid:objection_id>/rule/", appraisals.rule, name="rule"),
    path("checks/", checks.weeks, name="checks"),
    path("checks/open/", checks.open_tasks, name="open-tasks"),
    path("checks/<uuid:check_id>/", checks.check, name="check"),
    path("checks/<uuid:check_id>/close/", checks.close, name="close-check"),
    path("checks/weeks/<uuid:task_id>/list.xlsx", checks.week_list, name="week-list"),
    path("standards/", standards.register, name="standards"),
    path("standards/<uuid:standard_id>/", standards.standard, name="standard"),
    path("third-party/", third_party.assigned, name="third-party"),
    path("third-party/<uuid:assessment_id>/", third_party.site, name="site"),
    path("ranking/", ranking.latest, name="ranking"),
    path("ranking/<str:quarter>/", ranking.quarter, name="quarter"),
    path("ranking/<str:quarter>/freeze/", ranking.freeze, name="freeze"),
    path("ranking/<str:quarter>/list.xlsx", ranking.quarter_list, name="quarter-list"),
    path("election/", ranking.this_year, name="election"),
    path("election/<int:year>/", ranking.year, name="year"),
    path("election/<int:year>/propose/", ranking.propose, name="propose"),
    path("election/<int:year>/list.xlsx", ranking.year_list, name="year-list"),
    path("nominees/<uuid:nominee_id>/", ranking.decide, name="decide-nominee"),
]
