"""What the tests of the appraisal share: the first of December, and a sheet brought to where a test begins."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.cast import BEIJING, Cast

from sangyu.quality import actions as quality
from sangyu.quality.models import AppraisalItem, HandScore, Objection, Release, Ruling

FIRST = datetime(2026, 12, 1, 9, tzinfo=BEIJING)
IN_TIME = FIRST + timedelta(days=1)
CLOSED = datetime(2026, 12, 5, 0, tzinfo=BEIJING)


def appraise(cast: Cast, **more):
    return quality.appraise(month=cast.month, **{"by": cast.sun, "at": FIRST, **more})


def item_of(cast: Cast, code: str = "N3") -> AppraisalItem:
    return AppraisalItem.objects.get(appraisal__enterprise=cast.kangan, code=code)


def score(cast: Cast, code: str = "E3", **more) -> HandScore:
    wish = {"score_tenths": 350, "evidence": "灭火器过期1具", "by": cast.sun, "at": FIRST}
    return quality.score_by_hand(item_id=item_of(cast, code).pk, **{**wish, **more})


def published(cast: Cast, code: str = "N3") -> AppraisalItem:
    """Publish both sheets of November with full marks by hand, and return an item of Kang'an's."""
    cast.published(at=FIRST)
    return item_of(cast, code)


def release_of(cast: Cast) -> Release:
    return Release.objects.get(appraisal__enterprise=cast.kangan)


def object_to(cast: Cast, item: AppraisalItem, **more) -> Objection:
    wish = {"text": "手机当时没有信号", "by": cast.kangan_user, "at": IN_TIME}
    return quality.object_to(item_id=item.pk, **{**wish, **more})


def rule(cast: Cast, objection: Objection, **more) -> Ruling:
    wish = {"upheld": True, "score_tenths": 200, "reason": "有门牌码照片", "by": cast.sun, "at": IN_TIME}
    return quality.rule(objection_id=objection.pk, **{**wish, **more})


def finalise(cast: Cast, appraisal, **more):
    return quality.finalise(appraisal_id=appraisal.pk, **{"by": cast.sun, "at": CLOSED, **more})
