"""Right lines are written once, wrong ones stay behind; a broken-off job goes on; and all of it can be taken back."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest
from tests.cast import Cast

from sangyu.access.cipher import Unreadable
from sangyu.access.models import AuditEntry
from sangyu.intake import actions as intake
from sangyu.intake.actions.common import CHUNK
from sangyu.intake.models import Batch, Outcome, Stage, StagedRow, Standing
from sangyu.intake.rules import NothingChosen, NotNow, TooLate
from sangyu.intake.staged import cells_of
from sangyu.intake.tests.dirty import Sheet, dirty_sheet, people, to_csv
from sangyu.registry import actions as registry
from sangyu.registry import queries as registry_read
from sangyu.registry.models import Contact, Document, Elder, Identity

COMMUNITIES = ["酒泉路街道/南门社区", "张掖路街道/北园社区"]


def written(cast: Cast, batch: Batch, **more) -> Batch:
    intake.begin_writing(batch_id=batch.pk, by=cast.head, at=cast.at, **more)
    return intake.go_on(batch_id=batch.pk, at=cast.at)


def outcomes(batch: Batch) -> Counter:
    return Counter(StagedRow.objects.filter(batch=batch).values_list("outcome", flat=True))


@pytest.fixture
def batch(cast: Cast, checked, tmp_path: Path) -> Batch:
    return checked(to_csv(dirty_sheet(11, 40, COMMUNITIES, workbook=False), tmp_path / "名单.csv"))


def test_right_lines_are_written_as_a_single_registration_would_write_them(cast: Cast, batch: Batch) -> None:
    before = Elder.objects.count()
    done = written(cast, batch)
    assert done.stage == Stage.WRITTEN
    assert outcomes(batch) == {"WRITTEN": batch.counts["NEW"], "WAITING": batch.counts["WRONG"]}
    assert Elder.objects.count() == before + batch.counts["NEW"]
    row = StagedRow.objects.filter(batch=batch, outcome=Outcome.WRITTEN).first()
    cells = cells_of(row)
    elder = Elder.objects.get(pk=row.elder_id)
    single = registry.register(
        by=cast.head,
        at=cast.at,
        name=cells["name"],
        document_number=_next(cells["document_number"]),
        community_code=elder.community.code,
        address=cells["address"],
        phones=[cells["phone_1"]],
        hukou_in_area=cells["hukou_in_area"] == "是",
        family=[registry.Kin(cells["kin_1_name"], cells["kin_1_relation"], cells["kin_1_phone"])],
    )
    apart = {"id", "registration_number", "birth_on", "sex", "door_code", "search_keys", "decision", "habits"}
    for column in Elder._meta.concrete_fields:
        if column.name not in apart:
            assert getattr(elder, column.attname) == getattr(single, column.attname), column.name
    assert elder in registry_read.search(cast.head, cells["name"])
    told = [
        (one.name, one.relation, one.phone, one.order) for one in Contact.objects.filter(elder=elder).order_by("order")
    ]
    alike = Contact.objects.filter(elder=single).order_by("order")
    assert told == [(one.name, one.relation, one.phone, one.order) for one in alike]


def _next(number: str) -> str:
    from sangyu.kit.resident_id import check_digit

    first_17 = f"{number[:14]}{(int(number[14:17]) + 2) % 1000:03d}"
    return first_17 + check_digit(first_17)


def test_writing_again_and_handing_in_again_have_no_second_effect(
    cast: Cast, batch: Batch, checked, tmp_path: Path
) -> None:
    written(cast, batch)
    there = Elder.objects.count(), Document.objects.count(), Contact.objects.count(), Identity.objects.count()
    intake.go_on(batch_id=batch.pk, at=cast.at)
    with pytest.raises(NothingChosen):
        intake.begin_writing(batch_id=batch.pk, by=cast.head, at=cast.at)
    again = checked(tmp_path / "名单.csv", key="again")
    assert again.counts["NEW"] == 0
    assert again.counts["SAME"] == batch.counts["NEW"]
    assert there == (Elder.objects.count(), Document.objects.count(), Contact.objects.count(), Identity.objects.count())


def test_a_job_that_fails_goes_on_where_it_was_and_leaves_the_batch_where_a_person_can_act(
    cast: Cast, checked, tmp_path: Path
) -> None:
    sheet = Sheet(COMMUNITIES, list(people(Random(15), CHUNK + 20, COMMUNITIES)))
    batch = checked(to_csv(sheet, tmp_path / "名单.csv"))
    assert batch.counts["NEW"] == CHUNK + 20
    spoilt = StagedRow.objects.filter(batch=batch, standing=Standing.NEW).latest("line")
    whole, spoilt.cells_cipher = spoilt.cells_cipher, "k1.spoilt"
    spoilt.save()
    intake.begin_writing(batch_id=batch.pk, by=cast.head, at=cast.at)
    with pytest.raises(Unreadable):
        intake.write(batch_id=batch.pk, at=cast.at)
    batch.refresh_from_db()
    assert (batch.stage, batch.way) == (Stage.WRITING, CHUNK), "as a process that died would leave it"
    with pytest.raises(Unreadable):
        intake.go_on(batch_id=batch.pk, at=cast.at)
    batch.refresh_from_db()
    assert (batch.stage, outcomes(batch)["WRITTEN"]) == (Stage.WRITTEN, CHUNK)
    assert Elder.objects.filter(pk__in=StagedRow.objects.filter(batch=batch).values("elder_id")).count() == CHUNK
    StagedRow.objects.filter(pk=spoilt.pk).update(cells_cipher=whole)
    assert written(cast, batch).counts["WRITTEN"] == batch.counts["NEW"]


def test_only_chosen_lines_are_written(cast: Cast, batch: Batch) -> None:
    right = list(StagedRow.objects.filter(batch=batch, standing=Standing.NEW).order_by("line"))[:3]
    wrong = StagedRow.objects.filter(batch=batch, standing=Standing.WRONG).first()
    with pytest.raises(NothingChosen):
        intake.begin_writing(batch_id=batch.pk, by=cast.head, at=cast.at, only=[wrong.line])
    written(cast, batch, only=[row.line for row in right] + [wrong.line])
    assert outcomes(batch)["WRITTEN"] == 3


def test_a_line_is_mended_in_its_place_and_its_double_with_it(cast: Cast, checked, tmp_path: Path) -> None:
    sheet = dirty_sheet(2, 3, COMMUNITIES, workbook=False, fault_pm=0)
    first, second, third = ({**line} for line in sheet.lines)
    second["document_number"] = first["document_number"]
    right, third["phone_1"] = third["phone_1"], "12"
    batch = checked(to_csv(Sheet(COMMUNITIES, [first, second, third]), tmp_path / "a.csv"))
    assert (batch.counts["NEW"], batch.counts["WRONG"]) == (1, 2)
    row = intake.mend(batch_id=batch.pk, line=4, cells={"phone_1": str(right)}, by=cast.head, at=cast.at)
    assert (row.standing, row.faults) == (Standing.NEW, [])
    intake.mend(
        batch_id=batch.pk,
        line=2,
        cells={"document_number": _next(cells_of(StagedRow.objects.get(batch=batch, line=2))["document_number"])},
        by=cast.head,
        at=cast.at,
    )
    batch.refresh_from_db()
    assert (batch.counts["NEW"], batch.counts["WRONG"]) == (3, 0)


def test_a_line_mended_to_the_document_of_a_written_one_leaves_that_what_it_was(
    cast: Cast, checked, tmp_path: Path
) -> None:
    first, second = dirty_sheet(2, 2, COMMUNITIES, workbook=False, fault_pm=0).lines
    wrong = {**first, "document_number": str(first["document_number"])[:5]}
    batch = written(cast, checked(to_csv(Sheet(COMMUNITIES, [wrong, second]), tmp_path / "a.csv")))
    row = StagedRow.objects.get(batch=batch, line=3)
    said = {key: str(second[key]) for key in ("name", "document_number")}
    intake.mend(batch_id=batch.pk, line=2, cells=said, by=cast.head, at=cast.at)
    intake.begin_undoing(batch_id=batch.pk, reason="交错了文件", by=cast.head, at=cast.at)
    intake.go_on(batch_id=batch.pk, at=cast.at)
    assert outcomes(batch)["TAKEN_BACK"] == 1
    assert not Elder.objects.filter(pk=row.elder_id).exists()


def test_what_is_added_to_the_registered_is_added_and_taken_back(cast: Cast, checked, tmp_path: Path) -> None:
    from sangyu.registry.numbers import number_of

    number = number_of(Document.objects.get(elder=cast.li))
    path = tmp_path / "身份.csv"
    path.write_text(f"姓名,身份证号,身份,证明,起始日\n李秀兰,{number},低保,低保证 7号,2024-01-01\n", encoding="gb18030")
    batch = written(cast, checked(path, template="identities"))
    assert batch.counts["WRITTEN"] == 1
    assert Identity.objects.filter(elder=cast.li, code="dibao", evidence="低保证 7号").exists()
    intake.begin_undoing(batch_id=batch.pk, reason="交错了文件", by=cast.head, at=cast.at)
    intake.go_on(batch_id=batch.pk, at=cast.at)
    assert not Identity.objects.filter(elder=cast.li, code="dibao").exists()
    assert Elder.objects.filter(pk=cast.li.pk).exists()


def test_within_a_day_all_is_taken_back_but_what_something_happened_to(cast: Cast, batch: Batch) -> None:
    before = Elder.objects.count(), Contact.objects.count(), Document.objects.count(), Identity.objects.count()
    written(cast, batch)
    first, second, third = StagedRow.objects.filter(batch=batch, outcome=Outcome.WRITTEN).order_by("line")[:3]
    registry.recognise(
        elder=Elder.objects.get(pk=first.elder_id),
        code="needy",
        evidence="证明",
        valid_from=date(2026, 1, 1),
        by=cast.head,
        at=cast.at,
    )
    cast.order(elder=Elder.objects.get(pk=second.elder_id))
    intake.begin_undoing(batch_id=batch.pk, reason="交错了文件", by=cast.head, at=cast.at)
    done = intake.go_on(batch_id=batch.pk, at=cast.at)
    assert done.stage == Stage.UNDONE
    kept = {row.line: row.said for row in StagedRow.objects.filter(batch=batch, outcome=Outcome.KEPT)}
    assert set(kept) == {first.line, second.line}
    assert kept[first.line] == "registry.recognise"
    assert kept[second.line] in ("hotline", "orders")
    assert not Elder.objects.filter(pk=third.elder_id).exists()
    assert Elder.objects.count() == before[0] + 2
    assert Document.objects.count() == before[2] + 2


def test_after_a_day_nothing_is_taken_back(cast: Cast, batch: Batch) -> None:
    written(cast, batch)
    late = cast.at + timedelta(hours=24)
    with pytest.raises(TooLate):
        intake.begin_undoing(batch_id=batch.pk, reason="交错了文件", by=cast.head, at=late)
    assert intake.until(Batch.objects.get(pk=batch.pk)) == late


def test_taken_back_it_can_be_handed_in_and_written_again(cast: Cast, batch: Batch, checked, tmp_path: Path) -> None:
    written(cast, batch)
    intake.begin_undoing(batch_id=batch.pk, reason="社区填错", by=cast.head, at=cast.at)
    intake.go_on(batch_id=batch.pk, at=cast.at)
    again = written(cast, checked(tmp_path / "名单.csv", key="again"))
    assert again.counts["WRITTEN"] == batch.counts["NEW"]


def test_a_batch_is_set_aside_and_its_lines_are_forgotten(cast: Cast, batch: Batch) -> None:
    intake.set_aside(batch_id=batch.pk, by=cast.head, at=cast.at)
    assert not StagedRow.objects.filter(batch=batch).exists()
    with pytest.raises(NotNow):
        intake.begin_writing(batch_id=batch.pk, by=cast.head, at=cast.at)


def test_after_thirty_days_the_cells_are_forgotten_and_the_counts_stay(cast: Cast, batch: Batch) -> None:
    written(cast, batch)
    assert intake.forget_lines(at=cast.at + timedelta(days=29)) == 0
    assert intake.forget_lines(at=cast.at + timedelta(days=31)) == 1
    assert set(StagedRow.objects.filter(batch=batch).values_list("cells_cipher", "number_index")) == {("", "")}
    assert intake.forget_lines(at=cast.at + timedelta(days=31)) == 0
    with pytest.raises(NotNow, match="已过期清除"):
        intake.begin_writing(batch_id=batch.pk, by=cast.head, at=cast.at + timedelta(days=31))
    assert AuditEntry.objects.filter(verb="registry.register_many", object_id=batch.pk).count() == 1
