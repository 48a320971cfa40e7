"""Programmes of any city, founded by the command: the cast of one programme, played again with another pack.

A `Plan` is what differs: the pack, the place, the bureau's own figures, what is sold. Everything else is the cast's.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sangyu.access import actions as access
from sangyu.access import queries as access_read
from sangyu.access.models import Organisation, OrganisationKind, Programme, Role, User
from sangyu.budget import actions as budget
from sangyu.config.programme import main
from sangyu.hotline import actions as hotline
from sangyu.kit.month import Month
from sangyu.orders.models import Order
from sangyu.providers import actions as providers
from sangyu.registry import actions as registry
from sangyu.registry.models import Elder
from tests.cast import BEIJING, Cast


@dataclass(frozen=True)
class Plan:
    """A city's programme. Shape: `places` are code and name from the province down; `fund` as the pack names it."""

    pack: str
    slug: str
    name: str
    area: str
    places: tuple[tuple[str, str], ...]
    hotline: str
    fund: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    offer: str = "household"
    minutes: int = 120
    price_fen: int = 8000


class Troupe(Cast):
    """The people of one programme, each log-in behind the programme's own prefix; the clock stands as the cast's."""

    def __init__(self, plan: Plan, folder: Path, *, budget_fen: int = 1_000_000_00) -> None:
        self.plan, self.hotline_number = plan, plan.hotline
        self.at, self.month = datetime(2026, 11, 9, 9, 0, tzinfo=BEIJING), Month(2026, 11)
        codes = [code for code, _ in plan.places]
        self.community_code = max(codes, key=len)
        self.contracted_codes = tuple(code for code in codes if len(code) == 9)
        self.programme = self._founded(folder)
        organisations = {row.kind: row for row in Organisation.objects.filter(programme=self.programme)}
        self.bureau, self.operator = organisations["BUREAU"], organisations["OPERATOR"]
        self.community = access.found_organisation(
            programme=self.programme, kind=OrganisationKind.COMMUNITY, name="社区", area_code=self.community_code
        )
        self.clock = access_read.clock(self.programme)
        self.office()
        budget.appropriate(
            programme=self.programme,
            fund=plan.fund,
            year=2026,
            amount_fen=budget_fen,
            document="财预〔2026〕1号",
            by=self.head,
            at=self.at,
            key="2026",
        )
        self.cleaning = self.item(
            "SH001", "室内保洁", minutes=plan.minutes, market_price_fen=plan.price_fen, skill="保洁", offer=plan.offer
        )
        self.contracted_items = [self.cleaning]

    def staffed(self) -> Troupe:
        """Admit one enterprise with one worker, for everything that is listed by now."""
        serial = int(self.plan.area)
        self.kangan = self.letter = self.enterprise(f"{self.plan.name}康安居家服务有限公司", "康安", serial)
        self.kangan_user = self.letter_user = self.user(self.kangan.organisation, "kangan", "康平", Role.ENTERPRISE)
        self.zhao_user = self.user(self.kangan.organisation, "zhao", "赵勤", Role.WORKER)
        self.zhao = self.worker(self.kangan, "赵勤", "13900000011", self.zhao_user)
        providers.look_after(worker_id=self.zhao.pk, area_codes=[self.community_code], by=self.head, at=self.at)
        return self

    def user(self, organisation: Organisation, username: str, name: str, *roles: str, sign_in: bool = True) -> User:
        """Add a user whose log-in begins with the programme's code."""
        return super().user(organisation, f"{self.plan.slug}.{username}", name, *roles, sign_in=sign_in)

    def recognised(self, elder: Elder, *codes: str) -> Elder:
        """Recognise an elder as something since the spring of last year."""
        for code in codes:
            registry.recognise(
                elder=elder, code=code, evidence="认定书 1号", valid_from=date(2025, 4, 1), by=self.clerk, at=self.at
            )
        return elder

    def rung(self, elder: Elder, phone: str, *, day: int, hour: int = 10, item: Any = None) -> Order:
        """Take an order on the telephone for a day of November."""
        reference = f"{self.plan.slug}-{day}-{hour}"
        call = self.call(phone, reference=reference)
        return hotline.place_order(
            call_id=call.pk,
            elder_id=elder.pk,
            item=item or self.cleaning,
            wanted_from=datetime(2026, 11, day, hour, tzinfo=BEIJING),
            by=self.ma,
            at=self.at,
            key=reference,
        )

    def _founded(self, folder: Path) -> Programme:
        plan = self.plan
        places, figures = folder / f"{plan.slug}.csv", folder / f"{plan.slug}.json"
        places.write_text("code,name\n" + "".join(f"{code},{name}\n" for code, name in plan.places), encoding="utf-8")
        figures.write_text(json.dumps(dict(plan.parameters)), encoding="utf-8")
        words = ["create", "--pack", plan.pack, "--slug", plan.slug, "--area", plan.area, "--areas", str(places),
                 "--name", plan.name, "--hotline", plan.hotline, "--bureau", f"{plan.slug}.first", "--from",
                 "2026-01-01", "--parameters", str(figures), "--document", "民发〔2026〕1号", "--json"]  # fmt: skip
        assert main(words) == 0
        return Programme.objects.get(slug=plan.slug)
