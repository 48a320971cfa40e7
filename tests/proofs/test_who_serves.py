"""Who may serve whom: kinds of enterprises under contract, social work, the centre of the street, trained carers."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.urls import reverse

from sangyu.benefits.models import Charge
from sangyu.city.catalogues import sheet
from sangyu.dispatch import actions as dispatch
from sangyu.dispatch import queries as dispatch_read
from sangyu.dispatch.rules import DoesNotFit, NobodyFits, WorkerUnfit
from sangyu.kit.point import Crs, Point
from sangyu.providers import actions as providers
from sangyu.providers import queries as providers_read
from sangyu.providers.models import Contract, Enterprise
from sangyu.visits import actions as visits
from sangyu.visits import queries as visits_read
from tests.cast import HOME, Cast
from tests.neighbours import neighbour
from tests.seat import seat
from tests.troupe import Troupe
from tests.walks.test_programmes import GULOU, HULI, TAIYUAN, XIASHAN


def said(cast: Cast, enterprise: Enterprise, kind: str, origin: str = "", street: str = "") -> Enterprise:
    """Say of what kind an enterprise is."""
    return providers.describe(
        enterprise_id=enterprise.pk, kind=kind, origin=origin, street_code=street, by=cast.head, at=cast.at
    )


@pytest.mark.proves("XS-04")
def test_two_institutions_and_six_companies_and_only_those_under_contract_are_sent_orders(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    more = [cast.enterprise(f"第{n}家居家照料有限公司", f"第{n}家", n) for n in range(3, 9)]
    for firm in more[:2]:
        said(cast, firm, "INSTITUTION")
    desk = seat(monkeypatch, cast.at)(cast.wang)
    kinds = dict(desk.get(reverse("dispatching:enterprises")).context["kinds"])
    assert (kinds["INSTITUTION"], kinds["HOME_CARE"]) == ("养老机构（2）", "居家服务企业（6）")
    rows = desk.get(reverse("dispatching:enterprises"), {"kind": "INSTITUTION"}).context["rows"]
    assert {row["firm"] for row in rows} == set(more[:2])
    Contract.objects.filter(enterprise=cast.kangan).update(valid_until=cast.at.date())
    order = cast.order()
    with pytest.raises(DoesNotFit, match=r"不能派给康安.*合同不含酒泉路街道"):
        cast.sent(order)
    assert dispatch.send(order_id=order.pk, by=cast.wang, at=cast.at).enterprise != cast.kangan
    Contract.objects.update(valid_until=cast.at.date())
    with pytest.raises(NobodyFits):
        dispatch.send(order_id=cast.order(elder=cast.grandpa).pk, by=cast.wang, at=cast.at)


@pytest.mark.proves("TY-04")
def test_the_register_tells_local_firms_from_brands(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = seat(monkeypatch, cast.at)(cast.other_agent)
    page = reverse("dispatching:kind", args=[cast.letter.pk])
    assert desk.post(page, {"kind": "HOME_CARE", "origin": "BRAND", "street": ""}).status_code == 302
    said(cast, cast.kangan, "HOME_CARE", "LOCAL")
    found = desk.get(reverse("dispatching:enterprises"), {"origin": "BRAND"})
    assert [row["firm"] for row in found.context["rows"]] == [cast.letter]
    assert dict(found.context["origins"]) == {"LOCAL": "本土企业（1）", "BRAND": "品牌机构（1）"}
    assert "品牌机构" in desk.get(reverse("dispatching:enterprise", args=[cast.letter.pk])).content.decode()


@pytest.mark.proves("HL-06")
def test_social_work_goes_to_social_work_agencies_and_helpers_work_goes_to_any(db: None, tmp_path: Path) -> None:
    troupe = Troupe(HULI.plan, tmp_path)
    on = troupe.at.date()
    providers.import_catalogue(text=sheet("xiamen-huli"), valid_from=on, by=troupe.wang, at=troupe.at)
    counsel = providers_read.items(troupe.wang).get(name="心理疏导")
    troupe.contracted_items = [troupe.cleaning, counsel]
    helpers = troupe.enterprise("湖里助老服务中心", "助老", 1)
    social = said(troupe, troupe.enterprise("湖里社会工作服务中心", "社工", 2, lng=103.9), "SOCIAL_WORK")
    for firm, phone in ((helpers, "13900000021"), (social, "13900000022")):
        providers.take_on(
            enterprise=firm,
            by=troupe.head,
            at=troupe.at,
            name="林静",
            sex="FEMALE",
            phone=phone,
            skills=["保洁", "心理与社工"],
            place=HOME,
            certificates=[
                providers.Paper("心理咨询或社会工作者证", f"SG-{phone[-2:]}", date(2024, 1, 1), date(2028, 1, 1))
            ],
        )
    elder = troupe.elder("李秀兰", date(1944, 3, 5), 50, ["13900000001"])
    order = troupe.order(elder=elder, item=counsel)
    with pytest.raises(DoesNotFit, match="“心理疏导”只由社工机构承接，该单位是居家服务企业"):
        dispatch.send(order_id=order.pk, by=troupe.wang, at=troupe.at, enterprise_id=helpers.pk)
    assert dispatch.send(order_id=order.pk, by=troupe.wang, at=troupe.at).enterprise == social
    plain = dispatch_read.candidates(troupe.order(elder=elder, days=2))
    assert {verdict.enterprise_id for verdict in plain if verdict.rank} == {helpers.pk, social.pk}


@pytest.mark.proves("GL-11")
def test_an_order_goes_to_the_centre_of_its_street_first_and_then_to_a_partner(db: None, tmp_path: Path) -> None:
    troupe = Troupe(GULOU.plan, tmp_path).staffed()
    centre = troupe.enterprise("鼓楼示例街道照料中心", "中心", 2, lng=103.9)
    troupe.worker(centre, "宋梅", "13900000012")
    elder = troupe.elder("李秀兰", date(1944, 3, 5), 50, ["13900000001"])
    order = troupe.order(elder=elder)
    assert dispatch_read.candidates(order)[0].enterprise_id == troupe.kangan.pk, "the partner is nearer"
    said(troupe, centre, "CENTRE", street=troupe.community_code[:9])
    first, second = dispatch_read.candidates(order)
    assert (first.enterprise_id, second.enterprise_id) == (centre.pk, troupe.kangan.pk)
    assert first.figure.startswith("本街道照料中心，")
    sent = dispatch.send(order_id=order.pk, by=troupe.wang, at=troupe.at)
    assert sent.enterprise == centre
    dispatch.let_lapse(programme_id=troupe.programme.pk, by=troupe.clock, at=troupe.at + timedelta(hours=1))
    again = dispatch.send(order_id=order.pk, by=troupe.wang, at=troupe.at + timedelta(hours=1))
    assert again.enterprise == troupe.kangan


@pytest.mark.proves("XS-48")
def test_a_carer_takes_no_order_before_training_and_one_to_three_villages_are_on_file(
    db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    troupe = Troupe(XIASHAN.plan, tmp_path).staffed()
    elder = troupe.recognised(
        troupe.elder("李秀兰", date(1944, 3, 5), 22, ["13900000001"]), "dibao", "ability_level:severe", "mode:home"
    )
    sent = troupe.accepted(troupe.order(elder=elder))
    new = providers.take_on(
        enterprise=troupe.kangan,
        by=troupe.kangan_user,
        at=troupe.at,
        name="宋梅",
        sex="FEMALE",
        phone="13900000012",
        skills=["保洁"],
        place=HOME,
    )

    def assign() -> None:
        dispatch.assign(dispatch_id=sent.pk, worker_id=new.pk, by=troupe.kangan_user, at=troupe.at)

    assert new.enterprise == troupe.kangan
    with pytest.raises(WorkerUnfit, match="宋梅还不能接单：没有登记有效的培训证明"):
        assign()
    paper = providers.Paper("护理员岗前培训合格证", "PX-1", date(2026, 6, 1), date(2028, 6, 1))
    providers.renew_certificate(worker_id=new.pk, paper=paper, by=troupe.kangan_user, at=troupe.at)
    with pytest.raises(WorkerUnfit, match="负责的村不合要求：一名护理员服务0个村，不在1至3个之间"):
        assign()
    desk = seat(monkeypatch, troupe.at)(troupe.kangan_user)
    shown = desk.get(reverse("provider:dispatch", args=[sent.pk])).content.decode()
    assert "负责的村不合要求" in shown
    page = reverse("provider:villages", args=[new.pk])
    assert desk.post(page, {"areas": [troupe.community_code]}).status_code == 302
    assert "示例社区" in desk.get(reverse("provider:worker", args=[new.pk])).content.decode()
    assign()


@pytest.mark.proves("WH-17")
def test_a_contract_says_items_areas_prices_and_from_when_until_when(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    providers.sign_contract(
        enterprise=cast.letter,
        number="武养加〔2026〕7号",
        valid_from=date(2026, 12, 1),
        valid_until=date(2027, 12, 1),
        area_codes=["620102001"],
        item_ids=[cast.cleaning.pk],
        by=cast.head,
        at=cast.at,
    )
    providers.set_price(
        item=cast.cleaning, market_price_fen=90_00, valid_from=date(2027, 3, 1), by=cast.wang, at=cast.at
    )
    terms = providers_read.contracts(cast.letter_user, cast.letter)[0]
    assert (terms.areas, terms.items, terms.prices_fen) == (("酒泉路街道",), ("室内保洁",), (80_00,))
    for viewer, page in (
        (cast.wang, reverse("dispatching:enterprise", args=[cast.letter.pk])),
        (cast.letter_user, reverse("provider:licences")),
    ):
        shown = seat(monkeypatch, cast.at)(viewer).get(page).content.decode()
        assert "武养加〔2026〕7号" in shown
        assert "80.00" in shown


@pytest.mark.proves("WH-50")
def test_a_window_recommends_a_team_the_platform_decides_and_every_step_stays(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    sit = seat(monkeypatch, cast.at)
    team = {"name": "南门互助队", "phone": "09318100021", "services": "保洁、理发", "reason": "邻里信得过"}
    window = reverse("community:teams")
    for _twice in range(2):
        assert sit(cast.clerk).post(window, team).status_code == 302
    [told] = providers_read.recommendations(cast.other_agent)
    said = told.recommendation
    assert (said.name, said.by, said.window, told.answer) == ("南门互助队", cast.clerk, cast.community, None)
    page, yes = reverse("dispatching:team-answer", args=[said.pk]), {"accepted": "yes", "reason": "人员和证书齐全"}
    assert sit(cast.wang).post(page, yes).status_code == 404, "a dispatcher looks and does not decide"
    assert sit(cast.other_agent).post(page, {**yes, "reason": " "}).status_code == 422
    assert sit(cast.other_agent).post(page, yes).status_code == 302
    late = sit(cast.head).post(page, {"accepted": "no", "reason": "改主意"})
    assert "已由白露采纳" in late.content.decode()
    shown = sit(cast.clerk).get(window).content.decode()
    assert "人员和证书齐全" in shown
    assert sit(cast.clerk).post(window, team).status_code == 302
    history = {row.recommendation.n: row.answer for row in providers_read.recommendations(cast.head)}
    assert set(history) == {1, 2}
    assert history[2] is None
    assert (history[1].accepted, history[1].by) == (True, cast.other_agent)
    assert providers_read.recommendations(cast.kangan_user) == []
    assert providers_read.recommendations(neighbour(cast, "SUPERVISOR")) == []


@pytest.mark.proves("XS-18")
def test_a_visit_far_from_home_or_shorter_than_planned_is_on_the_list_of_the_centre(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    far = Point(lng=103.86, lat=36.0611, crs=Crs.WGS84)
    cast.visited(cast.order(days=1), door_code="")
    away = cast.visited(cast.order(days=2), place=far, door_code="")
    short = cast.arrived(cast.order(days=3))
    visits.check_out(visit_id=short.pk, by=cast.zhao_user, at=short.arrived_at + timedelta(minutes=30), place=HOME)
    at = short.arrived_at + timedelta(hours=1)
    odd = {row.departure.visit_id: row.reasons for row in visits_read.odd_visits(cast.wang, cast.at, at)}
    assert set(odd) == {away.pk, short.pk}
    assert odd[short.pk] == ["服务30分钟，比约定的120分钟少90分钟"]
    assert odd[away.pk][0].startswith("定位距住处2")
    page = seat(monkeypatch, at)(cast.wang).get(reverse("dispatching:incidents")).content.decode()
    assert "比约定的120分钟少90分钟" in page
    assert "超过200米" in page
    assert [row.departure.visit_id for row in visits_read.odd_visits(cast.letter_user, cast.at, at)] == []


@pytest.mark.proves("TY-02")
def test_a_helper_executes_an_order_bought_by_the_government_and_signs_in_and_out(
    db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    troupe = Troupe(TAIYUAN.plan, tmp_path)
    help_at_home = troupe.item(
        "ZL001", "助老员上门服务", minutes=60, market_price_fen=80_00, skill="保洁", certificate="助老员证"
    )
    troupe.contracted_items = [troupe.cleaning, help_at_home]
    troupe.staffed()
    elder = troupe.recognised(troupe.elder("李秀兰", date(1950, 3, 5), 22, ["13900000001"]), "needy")
    order = troupe.order(elder=elder, item=help_at_home)
    assert order.public_fen == 80_00
    with pytest.raises(NobodyFits, match="有合格人员不符1家"):
        dispatch.send(order_id=order.pk, by=troupe.wang, at=troupe.at)
    paper = providers.Paper("助老员证", "ZL-1", date(2026, 1, 1), date(2028, 1, 1))
    providers.renew_certificate(worker_id=troupe.zhao.pk, paper=paper, by=troupe.kangan_user, at=troupe.at)
    troupe.assigned(order)
    phone = seat(monkeypatch, order.wanted_from)(troupe.zhao_user)
    place = {"lng": str(HOME.lng), "lat": str(HOME.lat), "accuracy": "10"}
    door = {"door_code": order.elder.door_code}
    assert phone.post(reverse("carer:arrive", args=[order.pk]), {**place, **door}).status_code == 302
    phone = seat(monkeypatch, order.wanted_until + timedelta(minutes=1))(troupe.zhao_user)
    assert phone.post(reverse("carer:leave", args=[order.pk]), {**place, "tasks": ["地面"]}).status_code == 302
    visit = visits_read.visit_of(troupe.wang, order)
    assert visit is not None
    facts = visits_read.six_facts(troupe.wang, visit)
    assert facts.complete
    assert facts.departure is not None
    assert facts.visit.worker == troupe.zhao
    assert facts.departure.minutes >= 60
    charge = Charge.objects.get(pk=facts.charge_id)
    assert (charge.public_fen, charge.fund) == (80_00, "PURCHASE-SUBSIDY")
