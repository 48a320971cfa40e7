import pytest
from sangyu.portals.bureau.tests.test_browser import PATHS, violations, overflows
pytestmark = pytest.mark.django_db(transaction=True)
def test_shot(month, open_page):
    from sangyu.insight import actions as insight
    from datetime import date
    from sangyu.portals.bureau.tests.conftest import NOW
    d=insight.draw(month=month.month, n=10, seed="蓝", strata="GRADE", by=month.auditor, at=NOW)
    page = open_page(month.auditor, "/bureau/", width=1366, height=900)
    base = page.url.split("/bureau/")[0]
    bad=[]
    for w in (1366, 1920, 390):
        page.set_viewport_size({"width": w, "height": 900})
        for n, path in enumerate([*PATHS, "/audit/", "/audit/bench/", f"/audit/bench/{d.pk}/?again", "/audit/bench/manifest/"]):
            if w==1920 and n not in (0,6): continue
            page.goto(base + path)
            page.screenshot(path=f"/tmp/b7/shot-{w}-{n}.png", full_page=True)
            bad += [(w,path,v) for v in violations(page)]
            if overflows(page): bad.append((w,path,"overflow"))
    print("\n".join(map(str,bad)))
    assert not bad
