"""Addresses of the interface: what the routers declare, and an answer in kind for everything else."""

from django.urls import URLPattern, path, re_path

from sangyu.portals.api.api import api, nothing_here, with_problems

app_name = "api"
declared = [pattern for pattern in api.urls[0] if isinstance(pattern, URLPattern) and pattern.name != "api-root"]
urlpatterns = [
    *[path(str(pattern.pattern), with_problems(pattern.callback), name=pattern.name) for pattern in declared],
    re_path(r"^.*$", with_problems(nothing_here), name="nothing"),
]
