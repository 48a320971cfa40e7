"""Hold what somebody has not read against what was ended and read; nothing here trusts a verb."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Exists, F, OuterRef

from sangyu.safety.models import Acknowledgement, Closure, Unread


def verify(programme_id: UUID) -> list[str]:
    """Find ends of alarms that are listed as unread and are not, or the other way round, in Chinese."""
    read = Acknowledgement.objects.filter(closure=OuterRef("pk"))
    news = Closure.objects.filter(~Exists(read), alarm__programme_id=programme_id).exclude(by=F("alarm__by"))
    true = set(news.values_list("pk", "alarm__by"))
    kept = set(Unread.objects.filter(closure__alarm__programme_id=programme_id).values_list("pk", "reader"))
    return [
        *(f"报警结案{pk}：报告人还没有看过，未阅清单上没有。" for pk, _ in sorted(true - kept)),
        *(f"报警结案{pk}：未阅清单上有，报告人不必再看。" for pk, _ in sorted(kept - true)),
    ]
