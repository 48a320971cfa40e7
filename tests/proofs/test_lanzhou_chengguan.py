"""Chengguan's requirements that no room's own test shows plainly: each test says whole what its requirement asks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial

import pytest

from sangyu.access.models import OrganisationKind, Role
from sangyu.access.queries import NotAllowed
from sangyu.dispatch import actions as dispatch
from sangyu.dispatch import queries as dispatch_read
from sangyu.dispatch.models import Acceptance, Assignment, Candidate
from sangyu.hotline import actions as hotline
from sangyu.hotline import queries as hotline_read
from sangyu.kit.credit_code import check_character
from sangyu.kit.errors import NotFound, Refusal
from sangyu.kit.resident_id import check_digit
from sangyu.orders import actions as orders
from sangyu.orders import queries as orders_read
from sangyu.orders.models import Order, Served
from sangyu.providers import actions as providers
from sangyu.providers import queries as providers_read
from sangyu.providers.actions import Paper
from sangyu.providers.models import ServiceItem
from sangyu.quality import actions as quality
from sangyu.quality import queries as quality_read
from sangyu.quality.models import FollowUpTask
from sangyu.registry import actions as registry
from sangyu.registry import queries as registry_read
from sangyu.visits import queries as visits_read
from sangyu.visits.models import Departure
from tests.cast import BEIJING, COMMUNITY, HOME, Cast
from tests.neighbour import Neighbour
from tests.seat import seat

TODAY = date(2026, 11, 9)


# --- who may do what


@pytest.mark.proves("LZ-01")
def test_the_bureau_reads_its_district_the_operator_works_in_it_and_others_have_no_way_in(cast: Cast) -> None:
    assert cast.operator.kind == OrganisationKind.OPERATOR
    assert cast.operator.area_id == cast.bureau.area_id == "620102"
    order = cast.called_order()  # the operator's agent writes
    visit = cast.visited(order)
    reads: list[Callable] = [
        hotline_read.calls,
        orders_read.orders,
        registry_read.elders,
        providers_read.enterprises,
        dispatch_read.dispatches,
        visits_read.visits,
    ]
    for bureau_or_operator in (cast.head, cast.wang, cast.qian):
        assert all(read(bureau_or_operator).exists() for read in reads)
    with pytest.raises(NotAllowed):  # the bureau reads, and takes no orders
        orders.place(
            elder_id=cast.li.pk,
            item=cast.cleaning,
            wanted_from=cast.at + timedelta(days=9),
            by=cast.head,
            at=cast.at,
            key="bureau",
        )
    elsewhere = Neighbour(cast.at)
    for stranger in (elsewhere.head, elsewhere.agent):
        assert not orders_read.orders(stranger).filter(pk=order.pk).exists()
        assert not registry_read.elders(stranger).filter(pk=cast.li.pk).exists()
        assert not providers_read.enterprises(stranger).filter(pk=cast.kangan.pk).exists()
        assert not visits_read.visits(stranger).filter(pk=visit.pk).exists()
        with pytest.raises(NotFound):  # refused without being told that it exists
            orders_read.get_order(stranger, order.pk)
    with pytest.raises(NotFound):
        orders.cancel(order_id=order.pk, reason="来自外区", by=elsewhere.agent, at=cast.at)


@pytest.mark.proves("LZ-02")
def test_only_the_centre_makes_an_order_of_a_call_and_sends_it(cast: Cast) -> None:
    for n, role in enumerate(role for role in Role if role != Role.CLOCK):
        body = cast.kangan.organisation if role in {Role.ENTERPRISE, Role.WORKER, Role.TILL} else cast.operator
        somebody = cast.user(body, f"only.{role.lower()}", "单岗", role)
        takes_orders = role in {Role.AGENT, Role.SUPERVISOR}
        ringing = cast.call(answered=False, reference=f"line-{n}")
        answer = partial(hotline.answer, call_id=ringing.pk, at=cast.at)
        place = partial(
            hotline.place_order,
            call_id=ringing.pk,
            elder_id=cast.li.pk,
            item=cast.cleaning,
            wanted_from=cast.at + timedelta(days=1 + n),
            at=cast.at,
            key=f"{n}",
        )
        if not takes_orders:
            with pytest.raises(NotAllowed):
                answer(by=somebody)
        agent = somebody if takes_orders else cast.ma
        answer(by=agent)
        if not takes_orders:
            with pytest.raises(NotAllowed):
                place(by=somebody)
        send = partial(dispatch.send, order_id=place(by=agent).pk, by=somebody, at=cast.at)
        if takes_orders or role == Role.DISPATCHER:  # sits in the same centre and sends what the agents took
            assert send().sent_by == somebody
        else:
            with pytest.raises((NotAllowed, NotFound)):
                send()


@pytest.mark.proves("LZ-09")
def test_reception_enterprises_command_and_complaints_are_four_desks_of_one_console(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    leader = cast.user(cast.operator, "leader", "班首", Role.SUPERVISOR, Role.QUALITY)
    console = seat(monkeypatch, cast.at, later_s=60)(leader)
    doors = console.get("/", follow=True).content.decode()
    for door in ("接线台", "调度台", "质量台"):
        assert door in doors
    for address in ("/hotline/", "/dispatching/enterprises/", "/dispatching/", "/quality/complaints/"):
        assert console.get(address).status_code == 200, address


# --- the walk


@pytest.mark.proves("LZ-10")
def test_a_resident_is_registered_from_the_65th_birthday_on_and_gets_a_number_of_their_own(cast: Cast) -> None:
    def register(born: date, serial: int):
        first_17 = f"620102{born:%Y%m%d}{serial:03d}"
        return registry.register(
            by=cast.clerk,
            at=cast.at,
            name="钟平安",
            document_number=first_17 + check_digit(first_17),
            community_code=COMMUNITY,
            address="南门巷12号",
            phones=[],
            hukou_in_area=True,
        )

    with pytest.raises(Refusal, match="还差1天满65周岁，2026年11月10日起符合"):
        register(date(1961, 11, 10), 71)
    just_65 = [register(date(1961, 11, 9), serial) for serial in (72, 73, 74)]
    numbers = {elder.registration_number for elder in [*just_65, cast.li, cast.grandpa]}
    assert len(numbers) == 5
    assert all(elder.decision["ground"] == "age_65" for elder in just_65)


@pytest.mark.proves("LZ-12")
def test_one_screen_leads_from_the_callers_number_to_an_order_number(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = seat(monkeypatch, cast.at, later_s=60)(cast.ma)
    call = cast.call("0139 0000 0001")
    screen = desk.get("/hotline/").content.decode()
    assert "李秀兰" in screen
    wish = {
        "elder": str(cast.li.pk),
        "q": "SH001",
        "item": str(cast.cleaning.pk),
        "day": "2026-11-10",
        "other_day": "",
        "hour": "10",
        "note": "",
        "key": "018f0000-0000-7000-8000-000000000001",
    }
    assert cast.cleaning.standard in desk.get("/hotline/compose/", wish).content.decode()
    saved = desk.post(f"/hotline/calls/{call.pk}/order/", wish, follow=True).content.decode()
    order = Order.objects.get()
    assert order.wanted_from == datetime(2026, 11, 10, 10, tzinfo=BEIJING)
    assert order.number in saved
    assert hotline_read.call_of(cast.ma, order) == call


@pytest.mark.proves("LZ-13")
def test_only_who_is_contracted_for_the_place_and_the_item_is_proposed_and_the_reason_stays(cast: Cast) -> None:
    def contracted(serial: int, area: str, item: ServiceItem) -> str:
        first_17 = f"91620102MA{serial:07d}"
        firm = providers.admit(
            by=cast.head,
            at=cast.at,
            on=TODAY,
            name=f"第{serial}家服务有限公司",
            short_name=f"第{serial}",
            credit_code=first_17 + check_character(first_17),
            place=HOME,
            capacity_per_day=20,
            phone="09318100001",
            bank_name="兰州示例银行",
            bank_account=f"6200000000000000{serial:03d}",
            licences=[Paper("营业执照", f"YY-{serial}", date(2020, 1, 1), date(2030, 1, 1))],
            contract_number=f"城养合〔2026〕{serial}号",
            contract_from=date(2026, 1, 1),
            contract_until=date(2027, 1, 1),
            area_codes=[area],
            item_ids=[item.pk],
        )
        cast.worker(firm, "任勤", f"139000002{serial:02d}")
        return firm.short_name

    elsewhere = contracted(21, "620102002", cast.cleaning)
    other_item = contracted(22, "620102001", cast.bathing)
    fits = contracted(23, "620102001", cast.cleaning)
    sent = cast.sent(cast.order())
    kept = {row.enterprise.short_name: row for row in Candidate.objects.filter(dispatch=sent)}
    assert (kept[elsewhere].rank, kept[elsewhere].failed) == (None, "AREA")
    assert (kept[other_item].rank, kept[other_item].failed) == (None, "ITEM")
    assert kept[fits].rank is not None
    assert "酒泉路街道" in kept[elsewhere].figure
    assert "室内保洁" in kept[other_item].figure
    with pytest.raises(Refusal, match="酒泉路街道"):
        cast.sent(cast.order(elder=cast.grandpa), enterprise=kept[elsewhere].enterprise)


@pytest.mark.proves("LZ-14")
def test_every_stage_of_an_order_has_its_time_its_person_and_its_enterprise(cast: Cast) -> None:
    visit = cast.visited()
    order = Order.objects.get()
    sent = dispatch_read.latest(order)
    accepted, assigned = Acceptance.objects.get(dispatch=sent), Assignment.objects.get(dispatch=sent)
    left, served = Departure.objects.get(visit=visit), Served.objects.get(order=order)
    assert sent.enterprise == visit.worker.enterprise == cast.kangan
    stages = [
        (order.placed_by, order.placed_at),
        (sent.sent_by, sent.sent_at),
        (accepted.by, accepted.at),
        (assigned.by, assigned.at),
        (visit.by, visit.arrived_at),
        (left.by, left.left_at),
        (served.by, served.at),
    ]
    assert [who for who, _ in stages] == [
        cast.ma,
        cast.wang,
        cast.kangan_user,
        cast.kangan_user,
        *[cast.zhao_user] * 3,
    ]
    times = [at for _, at in stages]
    assert times == sorted(times)
    assert order.stage == "SERVED"


# --- quality


@pytest.mark.proves("LZ-28", "GL-14")
def test_score_follow_up_and_complaints_of_an_enterprise_are_seen_for_a_month(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit = cast.visited()
    quality.draw_sample(day=visit.arrived_at.date(), by=cast.clock, at=visit.arrived_at.replace(hour=20))
    rang_at = datetime(2026, 11, 11, 9, tzinfo=BEIJING)
    quality.follow_up(
        task_id=FollowUpTask.objects.get().pk,
        by=cast.sun,
        at=rang_at,
        reached=True,
        happened=True,
        came_on_time=True,
        paid_as_told=True,
        satisfaction=4,
        complaint="没做完就走了",
    )
    [case] = quality_read.open_cases(cast.sun)
    quality.decide_complaint(
        complaint_id=case.complaint.pk,
        upheld=True,
        finding="服务员承认提前离开",
        enterprise_id=cast.kangan.pk,
        by=cast.sun,
        at=rang_at + timedelta(days=1),
    )
    first = datetime(2026, 12, 1, 9, tzinfo=BEIJING)
    cast.appraised(at=first)
    desk = seat(monkeypatch, first, later_s=60)(cast.sun)
    by_month = desk.get("/quality/appraisals/2026-11/").content.decode().split("<tr")
    seen, scored = {}, {}
    for sheet in quality_read.sheets(cast.sun, "2026-11"):
        firm, total_tenths = sheet.appraisal.enterprise, sheet.final.total_tenths
        seen[firm] = desk.get(f"/quality/sheets/{sheet.appraisal.pk}/").content.decode()
        [row] = [row for row in by_month if firm.name in row]
        scored[firm] = total_tenths
        for page in (row, seen[firm]):
            assert f"{total_tenths // 10}.{total_tenths % 10}" in page
    assert scored[cast.kangan] < scored[cast.letter] == 1000
    assert "接通1次，平均4.0分（满分5分）" in seen[cast.kangan]
    assert "本月查实1件投诉" in seen[cast.kangan]
    assert case.complaint.number in seen[cast.kangan]
    assert "本月没有接通的回访" in seen[cast.letter]
    assert "本月没有查实的投诉" in seen[cast.letter]
