"""Eligibility by named rule, then a score in terms; pure, so that the same facts always give the same order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from sangyu.kit.errors import Refusal
from sangyu.providers.rules import first_lapsed

# What a term counts. `share` is shown beside the others and counts only where the programme gives it a weight; `wanted`
# enters only for an order whose elder has named somebody, and then outweighs all the rest together.
# So does `centre`, for an order whose subdistrict has a centre (照料中心) of its own: first the centre, then partners.
WEIGHTS = {"distance": 300, "load": 300, "score": 400}
WANTED_WEIGHT = 1000
CENTRE_WEIGHT = 1000
PATTERN_ELDERS_MIN = 3
PATTERN_DAYS = 90
DISTANCE_FULL_M = 500
DISTANCE_ZERO_M = 8000
SCORE_UNKNOWN_TENTHS = 850

RULES = {
    "ADMITTED": "加盟状态",
    "LICENCE": "证照有效",
    "AREA": "服务区域",
    "ITEM": "合同项目",
    "KIND": "承接机构",
    "REFUSED": "本单未拒绝过",
    "WORKER": "有合格人员",
    "CAPACITY": "当日余量",
}


class NobodyFits(Refusal):
    """No enterprise may be sent this order."""

    code = "NOBODY_FITS"


class DoesNotFit(Refusal):
    """This enterprise may not be sent this order."""

    code = "DOES_NOT_FIT"


class AlreadySent(Refusal):
    """Somebody else has sent the order."""

    code = "ALREADY_SENT"


class TooLate(Refusal):
    """The time that the elder was promised has passed."""

    code = "TOO_LATE"


class NotAccepted(Refusal):
    """The enterprise has not taken the order, or it has gone to another one since."""

    code = "NOT_ACCEPTED"


class AnswerTooLate(Refusal):
    """The time for the enterprise's answer has passed, or it has answered otherwise."""

    code = "ANSWER_TOO_LATE"


class WorkerBusy(Refusal):
    """The worker is with somebody else at that time."""

    code = "WORKER_BUSY"


class WorkerUnfit(Refusal):
    """The worker lacks the skill or the certificate for the item."""

    code = "WORKER_UNFIT"


class WorkerUnwanted(Refusal):
    """The elder has asked for somebody else."""

    code = "WORKER_UNWANTED"


class ProposalMoot(Refusal):
    """The offer of another time no longer stands, or was answered otherwise."""

    code = "PROPOSAL_MOOT"


class StillMember(Refusal):
    """The enterprise is a member in good standing, so its orders stay with it."""

    code = "STILL_MEMBER"


@dataclass(frozen=True)
class Firm:
    """What dispatch looks at in an enterprise for one order on one day.

    `licences` tells until when (exclusive) each kind of licence that was ever lodged holds; `fit_workers` counts
    workers with the skill and a valid certificate whom the elder has not asked to stay away; `refused` is the reason it
    gave before; `wanted` names a fit worker of its own whom the elder asked for; `share_pm` is its share of this
    month's orders in the subdistrict; `is_centre` tells that it is the centre (照料中心) of that subdistrict.
    """

    enterprise_id: UUID
    name: str
    admitted: bool
    state_label: str
    licences: Mapping[str, date]
    in_area: bool
    has_item: bool
    fit_workers: int
    sent_today: int
    capacity_per_day: int
    distance_m: int
    score_tenths: int | None
    refused: str = ""
    wanted: str = ""
    unwanted: int = 0
    share_pm: int = 0
    kind: str = ""
    kind_label: str = ""
    is_centre: bool = False


@dataclass(frozen=True)
class Need:
    """The order as dispatch sees it; `named` tells that the elder has asked for somebody.

    `only_kind` is the kind of enterprise that alone may do the item, with its label; empty where every kind may.
    """

    on: date
    area: str
    item: str
    skill: str = ""
    certificate: str = ""
    named: bool = False
    only_kind: str = ""
    only_kind_label: str = ""


@dataclass(frozen=True)
class Verdict:
    """A ranked enterprise with its terms, or the first rule it failed with the figure."""

    enterprise_id: UUID
    name: str
    rank: int | None = None
    score: int | None = None
    terms: Mapping[str, int] = field(default_factory=dict)
    failed: str = ""
    figure: str = ""


def first_failing(firm: Firm, need: Need) -> tuple[str, str] | None:
    """Name the first rule that an enterprise fails, with the figure in Chinese; None if it fails none."""
    if not firm.admitted:
        return "ADMITTED", f"企业{firm.state_label}"
    if not firm.licences:
        return "LICENCE", "没有登记证照"
    lapsed = first_lapsed(firm.licences, on=need.on)
    if lapsed is not None:
        return "LICENCE", f"{lapsed[0]}已于{lapsed[1].year}年{lapsed[1].month}月{lapsed[1].day}日过期"
    if not firm.in_area:
        return "AREA", f"合同不含{need.area}"
    if not firm.has_item:
        return "ITEM", f"合同不含“{need.item}”"
    if need.only_kind and firm.kind != need.only_kind:
        return "KIND", f"“{need.item}”只由{need.only_kind_label}承接，该单位是{firm.kind_label}"
    if firm.refused:
        return "REFUSED", f"本单已拒绝：{firm.refused}"
    if firm.fit_workers == 0:
        if firm.unwanted:
            return "WORKER", f"合格的{firm.unwanted}位人员老人都请换人"
        asked = "、".join(part for part in (need.skill, need.certificate) if part)
        return "WORKER", f"没有具备“{asked}”且证书有效的人员" if asked else "没有在职服务人员"
    if firm.sent_today >= firm.capacity_per_day:
        return "CAPACITY", f"当日已派{firm.sent_today}单，达到上限{firm.capacity_per_day}单"
    return None


def score_terms(firm: Firm, need: Need) -> dict[str, int]:
    """Rate an eligible enterprise: terms from 0 to 1000, higher is better; `wanted` only where somebody is named."""
    span = DISTANCE_ZERO_M - DISTANCE_FULL_M
    near = max(0, min(1000, (DISTANCE_ZERO_M - firm.distance_m) * 1000 // span))
    free = max(0, (firm.capacity_per_day - firm.sent_today) * 1000 // max(1, firm.capacity_per_day))
    rated = SCORE_UNKNOWN_TENTHS if firm.score_tenths is None else firm.score_tenths
    terms = {"distance": near, "load": free, "score": min(1000, rated), "share": 1000 - firm.share_pm}
    if firm.is_centre:
        terms["centre"] = 1000
    return {"wanted": 1000 if firm.wanted else 0, **terms} if need.named else terms


def rank(firms: Iterable[Firm], need: Need, *, weights: Mapping[str, int] = WEIGHTS) -> list[Verdict]:
    """Order enterprises: the eligible ones by weighted score, then the others with the first rule they fail.

    Ties go to the nearer enterprise, then to the smaller id, so that the answer never depends on the input's order.
    """
    eligible: list[tuple[int, int, UUID, Firm, dict[str, int]]] = []
    failed: list[Verdict] = []
    firms = list(firms)
    counted = dict(weights)
    if any(firm.is_centre for firm in firms):
        counted["centre"] = CENTRE_WEIGHT
    if need.named:
        counted["wanted"] = WANTED_WEIGHT + counted.get("centre", 0)
    total = sum(counted.values())
    for firm in firms:
        failing = first_failing(firm, need)
        if failing:
            failed.append(Verdict(firm.enterprise_id, firm.name, failed=failing[0], figure=failing[1]))
            continue
        terms = score_terms(firm, need)
        score = sum(terms.get(name, 0) * weight for name, weight in counted.items()) // total
        eligible.append((-score, firm.distance_m, firm.enterprise_id, firm, terms))
    eligible.sort(key=lambda row: row[:3])
    ranked = [
        Verdict(
            firm.enterprise_id,
            firm.name,
            rank=place,
            score=-negative,
            terms=terms,
            figure=_figure(firm),
        )
        for place, (negative, _, _, firm, terms) in enumerate(eligible, start=1)
    ]
    failed.sort(key=lambda verdict: (list(RULES).index(verdict.failed), str(verdict.enterprise_id)))
    return [*ranked, *failed]


def _figure(firm: Firm) -> str:
    tenths_km = (firm.distance_m + 50) // 100
    named = f"老人指名{firm.wanted}，" if firm.wanted else ""
    centre = "本街道照料中心，" if firm.is_centre else ""
    return (
        f"{named}{centre}距离{tenths_km // 10}.{tenths_km % 10}公里，当日{firm.sent_today}/{firm.capacity_per_day}单，"
        f"本街道本月占{firm.share_pm // 10}%"
    )


def counts(verdicts: Sequence[Verdict]) -> dict[str, int]:
    """Count how many enterprises each rule turned away, and how many were left (`ELIGIBLE`)."""
    found = Counter(verdict.failed or "ELIGIBLE" for verdict in verdicts)
    return dict(sorted(found.items()))


def ensure_in_time(*, number: str, wanted_from: datetime, at: datetime) -> None:
    """Refuse to send an order whose promised time has passed: no enterprise could answer in time.

    Shape: `wanted_from` in Beijing time, since it is read out.
    Raises: TooLate.
    """
    if wanted_from <= at:
        raise TooLate(
            f"工单{number}约定的{wanted_from:%m月%d日 %H:%M}已经过去，不能再派单。请与老人联系，取消后另约时间。"
        )


def ensure_worker_free(
    *, name: str, wanted: tuple[datetime, datetime], taken: Iterable[tuple[datetime, datetime, str]]
) -> None:
    """Refuse a worker who is assigned elsewhere at an overlapping time.

    Shape: `taken` holds begin, end and the number of the other order.
    Raises: WorkerBusy.
    """
    for begins_at, ends_at, number in taken:
        if wanted[0] < ends_at and begins_at < wanted[1]:
            raise WorkerBusy(f"{name}该时段已安排工单{number}，请换一位服务人员。")


def not_ready(*, trained: bool, areas_because: str | None) -> str:
    """Say why a worker may not take a first order where a city asks for training and villages; empty if nothing lacks.

    `areas_because` is why the villages the worker looks after do not pass, None if they do.
    """
    if not trained:
        return "没有登记有效的培训证明"
    return f"负责的村不合要求：{areas_because}" if areas_because else ""


def ensure_wanted(*, elder: str, name: str, not_again: bool) -> None:
    """Refuse a worker whom the elder has asked not to come again; nobody is blamed by it.

    Raises: WorkerUnwanted.
    """
    if not_again:
        raise WorkerUnwanted(f"{elder}请求换人，这次不安排{name}。请换一位服务人员（不记投诉，不扣分）。")


def is_pattern(
    said: Mapping[UUID, datetime], *, elders_min: int = PATTERN_ELDERS_MIN, days: int = PATTERN_DAYS
) -> bool:
    """Tell whether enough different elders asked for somebody else within some days; fewer mean nothing.

    Shape: `said` maps each elder to the time of the wish.
    """
    times = sorted(said.values())
    span = timedelta(days=days)
    return any(times[n + elders_min - 1] - times[n] < span for n in range(len(times) - elders_min + 1))
