from datetime import datetime
from django.urls import reverse
from tests.cast import BEIJING
from tests.seat import seat
from pathlib import Path
def test_html(cast, monkeypatch):
    sit = seat(monkeypatch, datetime(2026, 11, 9, 9, 5, tzinfo=BEIJING))
    def keep(name, answer):
        s = answer.content.decode()
        Path(f"/tmp/desk-look/{name}.html").write_text(s)
    c = sit(cast.deputy)
    t = reverse("policy:table", args=["weights"])
    page = c.get(t); keep("weights", page)
    form = page.context["form"]
    said = {n: form[n].value() for n in form.fields if form[n].value() not in (None, False)}
    said |= {"document": "城民发〔2026〕40号", "wanted_from": "2026-12-01", "reason": "服务质量看得重一些"}
    bad = c.post(t, {**said, "was-0-value": 40}); assert bad.status_code == 422; keep("bad", bad)
    good = c.post(t, {**said, "was-0-value": 10, "was-2-value": 40}); assert good.status_code == 302, good.context["refused"]
    keep("draft", sit(cast.head).get(good.url))
    c = sit(cast.deputy)
    keep("rules", c.get(reverse("policy:rules") + "?level=district"))
    keep("figures", c.get(reverse("policy:figures")))
    keep("steps", c.get(reverse("policy:table", args=["coefficient_table"])))
    keep("history", c.get(reverse("policy:history")))
    keep("drafts", c.get(reverse("policy:drafts")))
