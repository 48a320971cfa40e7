"""From a sheet that is handed in to elders in the register and back again, by what the pages post; who sees what."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob
from python_calamine import CalamineWorkbook
from tests.cast import Cast
from tests.seat import violations

from sangyu.intake.models import Batch, Stage, StagedRow, Standing
from sangyu.intake.tests.dirty import dirty_sheet, to_csv, to_xlsx
from sangyu.policy.excel_door import cell_name
from sangyu.portals.intake import tasks, views
from sangyu.registry.models import Elder

COMMUNITIES = ["酒泉路街道/南门社区"]


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    return to_xlsx(dirty_sheet(12, 40, COMMUNITIES, workbook=True), tmp_path / "南门社区老人.xlsx")


def hand_in(client: Client, path: Path, key: str = "k", template: str = "elders") -> Batch:
    file = SimpleUploadedFile(path.name, path.read_bytes())
    answer = client.post(reverse("intake:new"), {"template": template, "file": file, "key": key})
    assert answer.status_code == 302, answer.content.decode()
    return Batch.objects.get(pk=answer["Location"].rstrip("/").rpartition("/")[2])


def test_from_a_sheet_to_the_register_and_back(cast: Cast, sit, sheet: Path, tmp_path: Path) -> None:
    clerk = sit(cast.clerk)
    before = Elder.objects.count()
    batch = hand_in(clerk, sheet)
    assert hand_in(clerk, sheet) == batch
    where = reverse("intake:batch", args=[batch.pk])
    page = clerk.get(where).content.decode()
    row = StagedRow.objects.filter(batch=batch, standing=Standing.WRONG, double_of=None).order_by("line").first()
    assert row.faults[0]["what"] in page
    assert f"名单!{cell_name(row.line - 1, batch.places[row.faults[0]['column']])}" in page
    assert Elder.objects.count() == before

    wrong = clerk.post(reverse("intake:wrong", args=[batch.pk]))
    (tmp_path / "wrong.xlsx").write_bytes(b"".join(wrong.streaming_content))
    assert len(CalamineWorkbook.from_path(tmp_path / "wrong.xlsx").get_sheet_by_index(0).to_python()) == (
        batch.counts["WRONG"] + 1
    )

    done = clerk.post(reverse("intake:write", args=[batch.pk]), follow=True).content.decode()
    assert f"已入库{batch.counts['NEW']}行" in done
    assert Elder.objects.count() == before + batch.counts["NEW"]
    assert clerk.post(reverse("intake:undo", args=[batch.pk]), {"reason": ""}).status_code == 422
    undone = clerk.post(reverse("intake:undo", args=[batch.pk]), {"reason": "交错了文件"}, follow=True).content.decode()
    assert f"已撤回 {batch.counts['NEW']} 行" in undone
    assert Elder.objects.count() == before


def test_a_line_is_mended_at_its_fields_and_the_next_wrong_one_comes_up(cast: Cast, sit, sheet: Path) -> None:
    clerk = sit(cast.clerk)
    batch = hand_in(clerk, sheet)
    row = next(
        row
        for row in StagedRow.objects.filter(batch=batch, standing=Standing.WRONG, double_of=None).order_by("line")
        if [one["column"] for one in row.faults] == ["address"]
    )
    where = reverse("intake:line", args=[batch.pk, row.line])
    assert clerk.post(where, {"address": ""}).status_code == 422
    answer = clerk.post(where, {"address": "南门巷12号"})
    assert "/lines/" in answer["Location"]
    row.refresh_from_db()
    assert row.standing == Standing.NEW
    assert clerk.get(reverse("intake:line", args=[batch.pk, 9_999])).status_code == 404


def test_only_the_ticked_lines_are_written_of_a_page(cast: Cast, sit, sheet: Path) -> None:
    clerk = sit(cast.clerk)
    batch = hand_in(clerk, sheet)
    lines = list(StagedRow.objects.filter(batch=batch, standing=Standing.NEW).values_list("line", flat=True))[:2]
    clerk.post(reverse("intake:write", args=[batch.pk]), {"what": "chosen", "line": lines})
    assert StagedRow.objects.filter(batch=batch, outcome="WRITTEN").count() == 2
    nothing = clerk.post(reverse("intake:write", args=[batch.pk]), {"what": "chosen"}, follow=True)
    assert "没有可以入库的行" in nothing.content.decode()
    where, offer = reverse("intake:batch", args=[batch.pk]), "只入库勾选的"
    assert offer in clerk.get(where, {"show": "new"}).content.decode()
    assert offer not in clerk.get(where, {"show": "more"}).content.decode(), "there is nobody to choose"
    clerk.post(reverse("intake:write", args=[batch.pk]))
    done = clerk.get(where, {"show": "new"}).content.decode()
    assert "已入库" in done
    assert offer not in done


def test_a_large_sheet_is_left_to_the_worker_and_its_page_says_how_far_it_is(cast: Cast, sit, tmp_path: Path) -> None:
    lines = dirty_sheet(14, 30, COMMUNITIES, workbook=False, fault_pm=0)
    for line in lines.lines:
        line["备注"] = "入户时说的话" * 400
    path = to_csv(lines, tmp_path / "南门社区老人.csv", beside=("备注",))
    assert path.stat().st_size > views.AT_ONCE_BYTES
    clerk = sit(cast.clerk)
    batch = hand_in(clerk, path)
    assert batch.stage == Stage.RECEIVED
    (job,) = ProcrastinateJob.objects.filter(task_name=tasks.go_on.name)
    assert job.args == {"batch_id": str(batch.pk)}
    assert "正在排队" in clerk.get(reverse("intake:batch", args=[batch.pk])).content.decode()
    tasks.go_on(**job.args)
    assert clerk.get(reverse("intake:progress", args=[batch.pk]))["HX-Refresh"] == "true"
    batch.refresh_from_db()
    assert (batch.stage, batch.counts["ALL"]) == (Stage.CHECKED, len(lines.lines))


def test_what_a_server_began_and_did_not_end_is_taken_up_by_the_worker(cast: Cast, sit, sheet: Path) -> None:
    clerk = sit(cast.clerk)
    batch = hand_in(clerk, sheet)
    for step in ("write", "undo"):
        clerk.post(reverse(f"intake:{step}", args=[batch.pk]), {"reason": "交错了文件"})
    jobs = ProcrastinateJob.objects.filter(task_name=tasks.go_on.name).order_by("id")
    assert [job.args for job in jobs] == [{"batch_id": str(batch.pk)}] * 3
    assert all(job.scheduled_at is not None for job in jobs)
    before = batch_of(batch)
    tasks.go_on(**jobs[0].args)
    assert batch_of(batch) == before, "and what was ended is not done again"


def batch_of(batch: Batch) -> tuple[str, dict[str, int]]:
    batch.refresh_from_db()
    return batch.stage, batch.counts


def test_sheets_are_handed_out_empty_and_full(cast: Cast, sit, tmp_path: Path) -> None:
    clerk = sit(cast.clerk)
    empty = clerk.get(reverse("intake:sheet", args=["elders"]))
    assert empty["Content-Disposition"].startswith("attachment")
    assert b"".join(empty.streaming_content).startswith(b"PK")
    assert clerk.get(reverse("intake:sheet", args=["nothing"])).status_code == 404
    where = reverse("intake:hand-out")
    assert clerk.post(where, {"template": "elders", "area": "", "reason": "看"}).status_code == 422
    full = clerk.post(where, {"template": "elders", "area": "", "reason": "年度入户核对"})
    (tmp_path / "full.xlsx").write_bytes(b"".join(full.streaming_content))
    lines = CalamineWorkbook.from_path(tmp_path / "full.xlsx").get_sheet_by_name("老人").to_python()
    assert len(lines) == 1 + Elder.objects.filter(died_on=None, community__code=cast.community_code).count()


def test_a_bad_file_is_refused_beside_its_field_or_on_its_page(cast: Cast, sit, tmp_path: Path) -> None:
    clerk = sit(cast.clerk)
    file = SimpleUploadedFile("名单.xls", b"x")
    answer = clerk.post(reverse("intake:new"), {"template": "elders", "file": file, "key": "a"})
    assert answer.status_code == 422
    assert "另存为" in answer.content.decode()
    (tmp_path / "a.xlsx").write_bytes(b"PK\x03\x04 nothing")
    batch = hand_in(clerk, tmp_path / "a.xlsx")
    assert "没有读成" in clerk.get(reverse("intake:batch", args=[batch.pk])).content.decode()


def test_others_find_nothing_here(cast: Cast, sit, sheet: Path) -> None:
    batch = hand_in(sit(cast.head), sheet)
    for ask, route in (("get", "batch"), ("post", "wrong"), ("get", "progress")):
        assert getattr(sit(cast.clerk), ask)(reverse(f"intake:{route}", args=[batch.pk])).status_code == 404
    assert sit(cast.ma).get(reverse("intake:batches")).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_the_pages_stand_in_a_browser(cast: Cast, open_desk, sit, sheet: Path) -> None:
    clerk = sit(cast.clerk)
    batch = hand_in(clerk, sheet)
    row = StagedRow.objects.filter(batch=batch, standing=Standing.WRONG, double_of=None).order_by("line").first()
    written = hand_in(
        clerk, to_xlsx(dirty_sheet(13, 6, COMMUNITIES, workbook=False), sheet.with_name("一批.xlsx")), "w"
    )
    clerk.post(reverse("intake:write", args=[written.pk]))
    folder = os.environ.get("SANGYU_PICTURES")
    for name, path in {
        "written": reverse("intake:batch", args=[written.pk]),
        "new": reverse("intake:new"),
        "batch": reverse("intake:batch", args=[batch.pk]),
        "chosen": reverse("intake:batch", args=[batch.pk]) + "?show=new",
        "line": reverse("intake:line", args=[batch.pk, row.line]),
        "batches": reverse("intake:batches"),
        "hand-out": reverse("intake:hand-out"),
    }.items():
        page = open_desk(cast.clerk, path)
        if name == "written":
            page.get_by_role("button", name="整批撤销").click()
        assert violations(page) == [], name
        if folder:
            page.screenshot(path=f"{folder}/{name}-1366.png", full_page=True)
            page.set_viewport_size({"width": 390, "height": 844})
            page.screenshot(path=f"{folder}/{name}-390.png", full_page=True)
        page.context.close()
