"""Chengguan's requirements that no room's own test shows plainly: each test says whole what its requirement asks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sangyu import policy
from sangyu.access.models import AuditEntry, OrganisationKind, Role
from sangyu.access.queries import NotAllowed
from sangyu.benefits import actions as benefits
from sangyu.benefits import queries as benefits_read
from sangyu.dispatch import actions as dispatch
from sangyu.dispatch import queries as dispatch_read
from sangyu.dispatch.models import Acceptance, Assignment, Candidate
from sangyu.hotline import actions as hotline
from sangyu.hotline import queries as hotline_read
from sangyu.kit.credit_code import check_character
from sangyu.kit.errors import NotFound, Refusal
from sangyu.kit.resident_id import check_digit
from sangyu.meals import queries as meals_read
from sangyu.meals.tests.kitchen import NOON, Kitchen
from sangyu.orders import actions as orders
from sangyu.orders import queries as orders_read
from sangyu.orders.models import Order, Served
from sangyu.policy import Decision
from sangyu.policy.cases import run_file
from sangyu.providers import actions as providers
from sangyu.providers import queries as providers_read
from sangyu.providers.actions import Paper
from sangyu.providers.models import ServiceItem
from sangyu.quality import actions as quality
from sangyu.quality import queries as quality_read
from sangyu.quality.models import FollowUpTask
from sangyu.registry import actions as registry
from sangyu.registry import queries as registry_read
from sangyu.registry.models import Identity
from sangyu.settlement.models import Payment
from sangyu.visits import queries as visits_read
from sangyu.visits.models import Departure
from tests.cast import BEIJING, COMMUNITY, FUND, HOME, Cast
from tests.neighbour import Neighbour
from tests.seat import seat

TODAY = date(2026, 11, 9)
DAY = date(2018, 3, 6)


def decided(rule: str, on: date = DAY, parameters: dict | None = None, **facts: object) -> Decision:
    """Ask the shipped pack of Chengguan."""
    return policy.decide(policy.load("lanzhou-chengguan"), rule, facts, on=on, parameters=parameters or {})


def lunch(**facts: object) -> dict[str, int] | None:
    """Ask what a lunch of the 15 yuan standard in a contracted canteen costs whom."""
    given = {
        "registered": True,
        "meal": "lunch",
        "nth_of_day": 1,
        "place": "contracted_canteen",
        "mode": "dine_in",
        "price_fen": 1500,
        "identities": [],
        "age": 70,
    }
    return decided("lunch-subsidy", **{**given, **facts}).shares_fen


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
        ringing = cast.call(answered=False, reference=f"line-{n}")
        wanted_from = cast.at + timedelta(days=1 + n)
        try:
            hotline.answer(call_id=ringing.pk, by=somebody, at=cast.at)
            taken = hotline.place_order(
                call_id=ringing.pk,
                elder_id=cast.li.pk,
                item=cast.cleaning,
                wanted_from=wanted_from,
                by=somebody,
                at=cast.at,
                key=f"{n}",
            )
        except NotAllowed:
            assert role not in {Role.AGENT, Role.SUPERVISOR}
            taken = cast.order(days=1 + n)  # an agent took it
            if role == Role.DISPATCHER:  # sits in the same centre: takes no calls, sends what the agents took
                assert dispatch.send(order_id=taken.pk, by=somebody, at=cast.at).sent_by == somebody
            else:
                with pytest.raises((NotAllowed, NotFound)):
                    dispatch.send(order_id=taken.pk, by=somebody, at=cast.at)
        else:
            assert role in {Role.AGENT, Role.SUPERVISOR}
            assert dispatch.send(order_id=taken.pk, by=somebody, at=cast.at).sent_by == somebody


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


@pytest.mark.proves("LZ-11")
def test_a_class_follows_from_recognitions_and_every_change_stays_readable(cast: Cast) -> None:
    def class_on(on: date) -> str | None:
        return decided("service-class", on=on, **registry_read.facts(cast.grandpa, on)).ground

    recognised = registry.recognise(
        elder=cast.grandpa,
        code="three_no",
        evidence="供养证 0016号",
        valid_from=date(2026, 11, 1),
        by=cast.clerk,
        at=cast.at,
    )
    later = cast.at + timedelta(days=5)
    registry.end_recognition(
        identity_id=recognised.pk, valid_until=date(2026, 11, 14), reason="已有赡养人", by=cast.clerk, at=later
    )
    registry.recognise(
        elder=cast.grandpa,
        code="severe_disability",
        evidence="残疾证 62…1",
        valid_from=date(2026, 11, 20),
        by=cast.clerk,
        at=later,
    )
    days = [date(2026, 10, 31), date(2026, 11, 1), date(2026, 11, 14), date(2026, 11, 20)]
    assert [class_on(day) for day in days] == ["C", "A", "C", "D"]
    assert class_on(date(2026, 11, 13)) == "A", "what held then still reads as it was"
    assert {row.evidence for row in Identity.objects.filter(elder=cast.grandpa)} == {"供养证 0016号", "残疾证 62…1"}
    told = AuditEntry.objects.filter(verb__startswith="registry.", by=cast.clerk).order_by("at", "id")
    assert [entry.verb for entry in told][-3:] == [
        "registry.recognise",
        "registry.end_recognition",
        "registry.recognise",
    ]
    assert AuditEntry.objects.get(verb="registry.end_recognition").facts["reason"] == "已有赡养人"


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


@pytest.mark.proves("LZ-16")
@settings(deadline=None, max_examples=40)
@given(n=st.integers(0, 3000), share_pm=st.integers(1, 1000))
def test_the_share_of_the_day_is_rounded_up_to_whole_orders(n: int, share_pm: int) -> None:
    due = decided("spot-check", total=n, parameters={"share_pm": share_pm}).value
    assert due is not None
    assert due * 1000 >= n * share_pm > (due - 1) * 1000


@pytest.mark.proves("LZ-28", "GL-14", "HL-49")
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
    cast.published(at=first)
    desk = seat(monkeypatch, first, later_s=60)(cast.sun)
    seen = {}
    for sheet in quality_read.sheets(cast.sun, "2026-11"):
        seen[sheet.appraisal.enterprise] = desk.get(f"/quality/sheets/{sheet.appraisal.pk}/").content.decode()
    assert "接通1次，平均4.0分（满分5分）" in seen[cast.kangan]
    assert "本月查实1件投诉" in seen[cast.kangan]
    assert case.complaint.number in seen[cast.kangan]
    assert "本月没有接通的回访" in seen[cast.letter]
    assert "本月没有查实的投诉" in seen[cast.letter]
    by_month = desk.get("/quality/appraisals/2026-11/").content.decode()
    assert cast.kangan.name in by_month
    assert cast.letter.name in by_month


# --- meals and money


@pytest.mark.proves("LZ-24")
def test_a_meal_is_kept_with_who_where_when_and_who_pays(cast: Cast) -> None:
    kitchen = Kitchen(cast)
    sale = meals_read.get_sale(kitchen.he, kitchen.sell(cast.grandpa).pk)
    assert (sale.elder, sale.canteen, sale.sold_at) == (cast.grandpa, kitchen.south, NOON)
    assert (sale.price_fen, sale.elder_fen, sale.public_fen) == (1500, 600, 900)


@pytest.mark.proves("LZ-41", "LZ-42", "LZ-43", "LZ-44", "LZ-45", "LZ-46", "LZ-48")
def test_every_worked_example_that_the_pack_ships_comes_out_as_written() -> None:
    results = list(run_file(policy.packs_folder() / "lanzhou-chengguan" / "cases.jsonl", policy.load))
    assert [result for result in results if not result.passed] == []
    covered = {result.rule for result in results}
    assert {"meal-entry", "lunch-subsidy", "free-delivery", "domestic-service", "platform-price"} <= covered


@pytest.mark.proves("LZ-41")
def test_the_entry_age_changes_on_the_first_of_october_2014() -> None:
    assert decided("meal-entry", on=date(2014, 9, 30), age=60).eligible is True
    assert decided("meal-entry", on=date(2014, 9, 30), age=59).eligible is False
    assert decided("meal-entry", on=date(2014, 10, 1), age=64).eligible is False
    assert decided("meal-entry", on=date(2014, 10, 1), age=65).eligible is True


@pytest.mark.proves("LZ-42")
@pytest.mark.parametrize(
    ("age", "elder_fen", "government_fen"),
    [(64, 1500, 0), (65, 600, 900), (74, 600, 900), (75, 500, 1000), (101, 500, 1000)],
)
def test_a_lunch_of_fifteen_yuan_is_shared_by_age(age: int, elder_fen: int, government_fen: int) -> None:
    assert lunch(age=age) == {"elder": elder_fen, "government": government_fen}


@pytest.mark.proves("LZ-44")
def test_a_three_no_elder_pays_nothing_for_lunch() -> None:
    for age in (65, 80):
        assert lunch(identities=["three_no"], age=age) == {"elder": 0, "government": 1500}


@pytest.mark.proves("LZ-45")
@pytest.mark.parametrize("mode", ["delivery", "dine_in"])
def test_a_severely_disabled_elder_pays_nothing_at_home_or_at_the_table(mode: str) -> None:
    assert lunch(identities=["severe_disability"], mode=mode) == {"elder": 0, "government": 1500}
    assert decided("free-delivery", registered=True, identities=["severe_disability"]).eligible is True
    assert decided("free-delivery", registered=True, identities=[]).eligible is False


@pytest.mark.proves("LZ-47")
def test_what_is_left_of_the_fifty_yuan_is_never_paid_out(cast: Cast) -> None:
    providers.set_price(
        item=cast.cleaning, market_price_fen=20_00, valid_from=date(2026, 11, 1), by=cast.wang, at=cast.at
    )
    order = cast.order()
    assert (order.public_fen, order.elder_fen) == (16_00, 0), "a part of it pays the service, nothing goes to the elder"
    cast.visited(order)
    file = cast.paid(cast.drawn_up())
    second = datetime(2026, 12, 2, 2, tzinfo=BEIJING)
    assert benefits.lapse_credits(programme_id=cast.programme.pk, month=cast.month, by=cast.clock, at=second) == 1
    assert benefits_read.credit(cast.programme.pk, FUND, cast.li.pk, cast.month.first_day).left_fen == 0
    [payment] = Payment.objects.all()
    assert payment.statement.enterprise == cast.kangan, "whoever served is paid for the service, and nobody else"
    assert payment.amount_fen == file.total_fen <= 16_00


@pytest.mark.proves("LZ-50")
def test_the_same_safety_service_is_free_for_the_needy_and_paid_by_others(cast: Cast) -> None:
    call_button = cast.item("JJ001", "一键呼叫看护", minutes=30, market_price_fen=30_00, offer="safety_health")
    registry.recognise(
        elder=cast.grandpa,
        code="needy",
        evidence="困难证 3号",
        valid_from=date(2026, 1, 1),
        by=cast.clerk,
        at=cast.at,
    )
    needy = benefits.quote(elder=cast.grandpa, item=call_button, on=TODAY)
    other = benefits.quote(elder=cast.li, item=call_button, on=TODAY)
    assert needy.price_fen == other.price_fen == needy.public_fen
    assert (needy.elder_fen, other.public_fen) == (0, 0)
    assert other.elder_fen > 0


@pytest.mark.proves("LZ-61")
def test_a_swipe_of_the_citizen_card_is_a_meal_of_its_elder(cast: Cast) -> None:
    kitchen = Kitchen(cast)
    card = kitchen.card(cast.li)
    found = registry_read.find_by_card(kitchen.he, card.number)
    sale = kitchen.sell(found.elder, card_number=card.number)
    assert (sale.elder, sale.card, sale.found_by) == (cast.li, card, "CARD")
    registry.report_lost(card_id=card.pk, by=cast.ma, at=NOON)
    with pytest.raises(Refusal, match="已挂失"):
        kitchen.sell(cast.li, card_number=card.number, full_price_agreed=True)
