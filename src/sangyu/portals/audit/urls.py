"""Addresses of the audit bench."""

from django.urls import path

from sangyu.portals.audit import bench, roots, views

app_name = "audit"
urlpatterns = [
    path("", views.search, name="search"),
    path("bench/", bench.bench_page, name="bench"),
    path("bench/draw/", bench.draw, name="draw"),
    path("bench/manifest/", bench.check_manifest, name="manifest"),
    path("bench/<uuid:draw_id>/", bench.worksheet, name="worksheet"),
    path("bench/<uuid:draw_id>/export/", bench.export, name="export"),
    path("bench/rows/<uuid:drawn_id>/", bench.find, name="find"),
    path("roots/", roots.roots, name="roots"),
    path("lines/<uuid:line_id>/", views.line, name="line"),
    path("orders/<uuid:order_id>/", views.order, name="order"),
]
