"""Huli as it stands when somebody comes to apply, and an application at any step; every step is a verb of the desks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from tests.cast import BEIJING
from tests.troupe import Plan, Troupe

from sangyu.access.models import Role, User
from sangyu.applications import actions as applications
from sangyu.applications.models import Application, Objection, Posting
from sangyu.kit.ids import derived_id
from sangyu.registry import queries as registry_read
from sangyu.registry.models import Elder

HULI = Plan(
    pack="xiamen-huli",
    slug="huli",
    name="湖里区居家社区养老",
    area="350206",
    places=(
        ("35", "福建省"),
        ("3502", "厦门市"),
        ("350206", "湖里区"),
        ("350206001", "湖里街道"),
        ("350206001001", "示例社区"),
    ),
    hotline="96195",
    fund="COMMUNITY-CARE",
    parameters={"low_paid_elder_pm": 300, "notice_days": 7, "low_income_line_fen": 120000},
    offer="basic",
)
WUHAN = replace(
    HULI,
    pack="wuhan",
    slug="wuhan",
    name="武汉市社区养老",
    area="420106",
    places=(
        ("42", "湖北省"),
        ("4201", "武汉市"),
        ("420106", "武昌区"),
        ("420106001", "积玉桥街道"),
        ("420106001001", "示例社区"),
    ),
    hotline="12349",
    fund="FACILITY-SUBSIDY",
    parameters={"card_min_age": 65, "allowance_min_age": 80},
)


def city(pack: str, area: str, fund: str, parameters: Mapping[str, Any] | None = None, **more: str) -> Plan:
    """Found a programme of another city, in a place that needs no name here."""
    codes = (area[:2], area[:4], area, f"{area}001", f"{area}001001")
    places = tuple(zip(codes, ("示例省", "示例市", "示例区", "示例街道", "示例社区"), strict=True))
    return replace(
        HULI,
        pack=pack,
        slug=pack.rpartition("-")[2],
        name="示例养老服务中心",
        area=area,
        places=places,
        fund=fund,
        parameters=parameters or {},
        **more,
    )


VOUCHERS = {"voucher_month_fen": {"dibao": 20000, "extreme_poor": 40000}, "approved_max_fen": 10000}
GULOU = city("fuzhou-gulou", "350102", "SERVICE-VOUCHER", VOUCHERS, offer="household")
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d494844520000000100000001080600000"
    "01f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


class Town(Troupe):
    """Grandmother Li (82, hukou in the district), Grandfather Wang (70), one clerk, and two people at the bureau."""

    def __init__(self, folder: Path, plan: Plan = HULI) -> None:
        super().__init__(plan, folder)
        self.li = self.elder("李秀兰", date(1944, 3, 5), 22, ["13900000001"])
        self.grandpa = self.elder("王德厚", date(1956, 8, 20), 31, ["13900000002"])
        self.second = self.user(self.bureau, "second", "季衡", Role.BUREAU)
        self.third = self.user(self.bureau, "third", "叶知秋", Role.BUREAU)

    def applied(
        self, elder: Elder | None = None, *, kind: str = "service", key: str = "1", **more: object
    ) -> Application:
        """Take an application at the window; `key_for` gives a `key` by which it is drawn, or is not."""
        elder = elder or self.li
        return applications.apply(
            elder_id=elder.pk,
            kind=kind,
            applicant=elder.name,
            relation="本人",
            by=self.clerk,
            at=self.at,
            key=key,
            **more,  # type: ignore[arg-type]
        )

    def classified(self, service_class: str = "free", **more: object) -> Application:
        """An application whose class was found."""
        made = self.applied(**more)  # type: ignore[arg-type]
        applications.classify(
            application_id=made.pk,
            service_class=service_class,
            reason="低保户，独居",
            by=self.clerk,
            at=self.at,
        )
        return self.again(made)

    def reviewed(self, *, passed: bool = True, **more: object) -> Application:
        """An application that the committees looked at."""
        made = self.classified(**more)  # type: ignore[arg-type]
        applications.review(
            application_id=made.pk,
            passed=passed,
            minutes="两委〔2026〕12号",
            held_on=self.at.date(),
            attendees="罗敏、周正、何平",
            reason="同意" if passed else "有子女同住，不同意无偿",
            by=self.clerk,
            at=self.at,
        )
        return self.again(made)

    def posted(self, **more: object) -> tuple[Application, Posting]:
        """An application that hangs out."""
        made = self.reviewed(**more)  # type: ignore[arg-type]
        posting = applications.post(application_ids=[made.pk], by=self.clerk, at=self.at)
        return self.again(made), posting

    def noticed(self, **more: object) -> Application:
        """An application whose posting has ended; the clock stands on the day after."""
        made, posting = self.posted(**more)
        self.at = datetime.combine(posting.until_on + timedelta(days=1), self.at.timetz())
        applications.end_notices(programme_id=self.programme.pk, by=self.clock, at=self.at)
        return self.again(made)

    def approved(self, by: User | None = None, **more: object) -> Application:
        """An application that the bureau approved."""
        made = self.noticed(**more)
        applications.open_in_full(application_id=made.pk, by=by or self.second, at=self.at)
        applications.approve(application_id=made.pk, by=by or self.second, at=self.at)
        return self.again(made)

    def carried_out(self, made: Application) -> Application:
        """Let an application that was granted go the rest of its way."""
        applications.choose(
            application_id=made.pk, item_ids=[self.cleaning.pk], said="每周一次", by=self.clerk, at=self.at
        )
        agreement = applications.draw_up(
            application_id=made.pk, content=b"%PDF-1.4\n%%EOF\n", by=self.clerk, at=self.at
        )
        for party, name in (("ELDER", "李秀兰"), ("COMMUNITY", "罗敏")):
            applications.sign(
                application_id=made.pk,
                sha256=agreement.sha256,
                party=party,
                name=name,
                content=b"%PDF-1.4\n" + party.encode() + b"\n%%EOF\n",
                by=self.clerk,
                at=self.at,
            )
        first_on = self.at.date() + timedelta(days=2)
        applications.arrange(
            application_id=made.pk, first_on=first_on, said="康安，每周三上午", by=self.clerk, at=self.at
        )
        applications.call_back(application_id=made.pk, satisfied=True, said="擦得干净", by=self.sun, at=self.at)
        return self.again(made)

    def again(self, made: Application) -> Application:
        """Read an application as it is now."""
        return Application.objects.select_related("elder", "adoption").get(pk=made.pk)

    def key_for(self, elder: Elder, *, drawn: bool, kind: str = "service") -> str:
        """Find a key whose application is in the sample, or is not."""
        from sangyu.applications.rules import is_drawn

        def made(key: str) -> UUID:
            return derived_id("application", self.programme.pk, elder.pk, kind, key)

        return next(key for key in map(str, range(200)) if is_drawn(made(key)) == drawn)


def day(*parts: int) -> datetime:
    """Ten o'clock in Beijing on a day."""
    year, month, number = parts
    return datetime(year, month, number, 10, tzinfo=BEIJING)


def steps_of(rows: Sequence[object]) -> list[tuple[str, str]]:
    """Give what was done as pairs of step and outcome."""
    return [(row.step, row.outcome) for row in rows]  # type: ignore[attr-defined]


def objected(town: Town, made: Application, *, key: str = "1") -> Objection:
    """Let a neighbour object to what is posted."""
    return applications.object_to(
        application_id=made.pk, raised_by="邻居", phone="", grounds="有退休金", by=town.clerk, at=town.at, key=key
    )


def meet(town: Town, made: Application, minutes: str) -> None:
    """Let the committees agree."""
    applications.review(
        application_id=made.pk,
        passed=True,
        minutes=minutes,
        held_on=town.at.date(),
        attendees="罗敏、周正、何平",
        reason="同意",
        by=town.clerk,
        at=town.at,
    )


def classes_of(town: Town, on: date) -> list[str]:
    """Give the classes that Grandmother Li holds on a day."""
    return [row.code for row in registry_read.identities_on(town.li.pk, on) if row.code.startswith("service_class")]
