"""The bureau tries a change on its own registry and charges before anybody signs it; nothing is written."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from django.db import connection
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob
from tests.cast import BEIJING, PARAMETERS, Cast
from tests.seat import seat

from sangyu.access.queries import NotAllowed
from sangyu.adoption import actions as adoption
from sangyu.benefits.models import Charge
from sangyu.kit.ids import new_id
from sangyu.portals.rehearsal import actions, runs, tasks
from sangyu.portals.rehearsal.asked import of
from sangyu.portals.rehearsal.models import Run

NOW = datetime(2026, 12, 20, 9, tzinfo=BEIJING)
CREDIT = {"figure": "class-b-credit/6/0", "to": "80"}


@pytest.fixture
def sit(monkeypatch):
    return seat(monkeypatch, NOW)


@pytest.fixture
def served(cast: Cast) -> Cast:
    """Li (class B) had two cleanings of 64.00 in November, Wang (class C) one."""
    for day in (1, 2):
        cast.visited(cast.order(days=day))
    cast.visited(cast.order(elder=cast.grandpa))
    return cast


def read(client, address: str, **asked):
    answer = client.get(address, asked)
    return answer, answer.content.decode()


def test_a_figure_is_chosen_and_tried(served, sit, django_assert_max_num_queries):
    client = sit(served.deputy)
    _, page = read(client, reverse("rehearsal:home"))
    assert "B类月补贴50元 · 其他情形 · 本期额度（50.00元）" in page
    assert "还没有拟改稿" in page
    assert "现在是" in read(client, reverse("rehearsal:home"), figure=CREDIT["figure"])[1]
    before = rows_of_all_tables()
    with django_assert_max_num_queries(34):
        answer, page = read(client, reverse("rehearsal:figure"), **CREDIT)
    assert answer.status_code == 200
    for said in (
        "<del>50.00元</del></td><td><b>80.00元</b>",
        "+30.00",
        "多得 30.00 元",
        "重点优抚、独居",
        "与账上一致",
        "酒泉路街道",
        "只是试算",
    ):
        assert said in page
    assert "下个月有 <b>0</b> 人年满 75 周岁" in page
    assert rows_of_all_tables() == before
    assert "style=" not in page


def test_those_who_gain_are_listed_with_masked_names(served, sit):
    client = sit(served.deputy)
    _, page = read(client, reverse("rehearsal:figure-people"), **CREDIT, list="gainers")
    assert served.li.registration_number in page
    assert "李秀兰" not in page
    assert served.grandpa.registration_number not in page
    assert client.get(reverse("rehearsal:figure-people"), {**CREDIT, "list": "elsewhere"}).status_code == 404


def test_the_sheet_is_a_pdf_to_print(served, sit):
    answer = sit(served.auditor).get(reverse("rehearsal:figure-sheet"), CREDIT)
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"figure": "class-b-credit/6/0", "to": "很多"}, "本期额度"),
        ({"figure": "no-such/1/0", "to": "1"}, "没有这个数字"),
        ({"figure": "part_month", "to": "7"}, "只能选"),
    ],
)
def test_what_cannot_be_tried_says_what_may_be_entered(cast, sit, asked, said):
    answer, page = read(sit(cast.head), reverse("rehearsal:figure"), **asked)
    assert answer.status_code == 422
    assert said in page
    assert "请" in page


def test_a_draft_is_rehearsed_from_the_day_it_wants(served, sit):
    draft, _ = adoption.propose(
        programme_id=served.programme.pk,
        document="城民发〔2026〕31号",
        reason="低保老人也纳入B类",
        by_id=served.head.pk,
        at=NOW,
        key="31",
        parameters=PARAMETERS | {"class_b_identities": ["entitled_group", "dibao"]},
        wanted_from=date(2027, 1, 1),
    )
    client = sit(served.head)
    assert "城民发〔2026〕31号" in read(client, reverse("rehearsal:home"))[1]
    answer, page = read(client, reverse("rehearsal:draft", args=[draft.pk]), months="3")
    assert answer.status_code == 200
    for said in (
        "城民发〔2026〕31号",
        "B类的身份",
        "2027-01-01 的规则",
        "没有人的结果变了",
        "没有一笔算得不同",
        "<del>重点优抚</del></td><td><b>重点优抚、低保</b>",
    ):
        assert said in page
    assert client.get(reverse("rehearsal:draft-sheet", args=[draft.pk])).content.startswith(b"%PDF")


def test_a_rehearsal_is_kept_and_opened_again_as_it_was(served, sit):
    client = sit(served.deputy)
    before = rows_of_all_tables()
    begun = client.post(reverse("rehearsal:start"), {**CREDIT, "months": "3"})
    after = rows_of_all_tables()
    assert {name for name in after if after[name] != before[name]} == {"rehearsal_desk_run"}
    served.visited(served.order(days=3))
    _, page = read(client, begun.url)
    assert all(said in page for said in ("+30.00", "不再变", "<b>80.00元</b>"))
    assert served.li.registration_number in read(client, f"{begun.url}people/", list="gainers")[1]
    assert client.get(f"{begun.url}sheet/").content.startswith(b"%PDF")
    assert "算好了" in read(client, reverse("rehearsal:home"))[1]
    auditor = sit(served.auditor)
    assert auditor.get(begun.url).status_code == 200
    assert auditor.post(reverse("rehearsal:start"), CREDIT).status_code == 403
    with pytest.raises(NotAllowed):
        actions.start(served.auditor, CREDIT, of(served.auditor, CREDIT, NOW.date()), months=3, at=NOW)
    for strange in ("x", str(new_id())):
        refused = sit(served.deputy).post(reverse("rehearsal:start"), {"draft": strange})
        assert (refused.status_code, "拟改稿" in refused.context["wrong"]) == (422, True)


def test_what_is_kept_is_what_was_shown_in_the_words_of_who_asks(served, sit):
    client = sit(served.head)
    ids = [
        adoption.propose(
            programme_id=served.programme.pk,
            document=f"城民发〔2026〕{n}号",
            reason="",
            by_id=served.head.pk,
            at=NOW,
            key=str(n),
            parameters=PARAMETERS | {"class_b_identities": ["entitled_group", "dibao"]},
        )[0].pk
        for n in (31, 32)
    ]
    shown = [client.get(reverse("rehearsal:draft", args=[one])).context["told"] for one in ids]
    assert shown[0].found is shown[1].found, "the same tables and figures are rehearsed once"
    assert [one.said.document for one in shown] == ["城民发〔2026〕31号", "城民发〔2026〕32号"]
    assert shown[1].said.draft == ids[1]
    served.visited(served.order(days=3))
    client.post(reverse("rehearsal:start"), {"draft": ids[1]})
    run = Run.objects.get()
    assert runs.kept(run).found.money == shown[1].found.money
    assert run.said["document"] == "城民发〔2026〕32号"


def booked_again(charge: Charge, times: int, day: str) -> None:
    """Copy a charge as it was booked, each copy of a service of its own on a day."""
    own = {"id": "gen_random_uuid()", "cause_id": "gen_random_uuid()", "service_on": f"DATE '{day}'"}
    names = [field.column for field in Charge._meta.concrete_fields]
    values = ", ".join(own.get(name, name) for name in names)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO benefits_charge ({', '.join(names)}) SELECT {values}"
            " FROM benefits_charge, generate_series(1, %s) WHERE id = %s",
            [times, charge.pk],
        )


def test_a_large_one_is_made_by_the_worker_while_its_page_tells_how_far(served, sit):
    # Before the twelve months, but in the year of the first: an account that fills through the year would be read so.
    booked_again(Charge.objects.get(elder=served.grandpa), runs.AT_ONCE_MAX, "2025-02-01")
    client = sit(served.head)
    for route in ("figure", "figure-people", "figure-sheet"):
        _, page = read(client, reverse(f"rehearsal:{route}"), **CREDIT, list="gainers")
        assert "开始试算" in page
        assert "+30.00" not in page
    begun = client.post(reverse("rehearsal:start"), CREDIT)
    again = client.post(reverse("rehearsal:start"), CREDIT)
    assert again.url == begun.url, "what is under way is not asked for twice"
    run = Run.objects.get()
    jobs = ProcrastinateJob.objects.filter(task_name=tasks.rehearse.name)
    assert [job.args for job in jobs] == [{"run_id": str(run.pk)}] * 2, "each press leaves one, however the other ended"
    assert "正在排队" in read(client, begun.url)[1]
    Run.objects.update(doing="读1500000笔计费", done_pm=400)
    _, page = read(client, f"{begun.url}progress/")
    assert "正在读1500000笔计费……已完成 40%" in page
    assert 'value="400"' in page
    actions.work(run.pk)
    assert client.get(f"{begun.url}progress/")["HX-Refresh"] == "true"
    assert "+30.00" in read(client, begun.url)[1]
    actions.work(run.pk)
    assert Run.objects.get().ended_at is not None


def test_what_cannot_be_decided_says_so_on_its_page(served, sit):
    asked = {"figure": "class-b-credit/6/0", "to": "很多"}
    run = Run.objects.create(
        id=new_id(), programme=served.programme, asked=asked, months=12, title="试", by=served.head, at=NOW
    )
    actions.work(run.pk)
    _, page = read(sit(served.head), reverse("rehearsal:run", args=[run.pk]))
    assert "没有算成" in page
    assert "本期额度" in page


def test_who_answers_for_no_policy_does_not_rehearse_it(cast, sit):
    for who in (cast.ma, cast.kangan_user, cast.qian):
        assert sit(who).get(reverse("rehearsal:home")).status_code == 403


def rows_of_all_tables() -> dict[str, int]:
    """Count the rows of every table but the sessions'."""
    tables = [name for name in connection.introspection.table_names() if "session" not in name]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"SELECT '{name}', count(*) FROM \"{name}\"" for name in sorted(tables)))
        return dict(cursor.fetchall())
