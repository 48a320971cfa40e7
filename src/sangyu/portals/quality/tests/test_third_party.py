"""The page of a third party: sent by the quality officer, scored by the assessor, read by the bureau."""

from __future__ import annotations

from django.urls import reverse

from sangyu.assessment.tests.team import Team
from sangyu.quality.models import SiteAssessment, SiteScore


def test_a_site_is_assigned_and_scored_on_the_pages(cast, clock, sign_in):
    team = Team(cast)
    sent = {"site": f"enterprise:{cast.kangan.pk}", "assessor": str(team.lin.pk), "due_on": "2026-11-30"}
    assert sign_in(cast.sun).post(reverse("quality:third-party"), sent).status_code == 302
    row = SiteAssessment.objects.get()
    assert "康安居家服务有限公司" in sign_in(team.lin).get(reverse("quality:third-party")).content.decode()
    assert "还没有派出的点" in sign_in(team.he).get(reverse("quality:third-party")).content.decode()
    page = reverse("quality:site", args=[row.pk])
    assert sign_in(team.he).get(page).status_code == 404
    assert 'name="facilities"' not in sign_in(cast.head).get(page).content.decode()
    missing = sign_in(team.lin).post(
        page, {"facilities": "80", "environment": "", "quality": "101", "findings": "整洁"}
    )
    assert (missing.status_code, SiteScore.objects.exists()) == (422, False)
    given = {"facilities": "80", "environment": "81", "quality": "82", "findings": "整洁"}
    assert sign_in(team.lin).post(page, given).status_code == 302
    assert SiteScore.objects.get().scores == (80, 81, 82)
    assert 'name="facilities"' not in sign_in(team.lin).get(page).content.decode()
    assert sign_in(team.lin).get(reverse("quality:queue")).status_code == 403
    assert sign_in(team.lin).post(reverse("quality:third-party"), sent).status_code in (403, 422)
