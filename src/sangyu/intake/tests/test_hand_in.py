"""What is refused before a value is read, what is read whatever it is called, and what one community may not see."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook
from tests.cast import Cast
from tests.race import race

from sangyu.access.queries import NotAllowed
from sangyu.intake import actions as intake
from sangyu.intake import queries as intake_read
from sangyu.intake.models import Batch, Stage
from sangyu.intake.rules import BadFile
from sangyu.intake.rules.cells import shown
from sangyu.intake.rules.workbook import FILE_BYTES_MAX, opened
from sangyu.intake.tests.dirty import dirty_sheet, to_csv, to_xlsx
from sangyu.kit.errors import NotFound

COMMUNITIES = ["酒泉路街道/南门社区"]
SHEET = "xl/worksheets/sheet1.xml"


@pytest.fixture
def right(tmp_path: Path) -> bytes:
    return to_xlsx(dirty_sheet(1, 3, COMMUNITIES, workbook=False, fault_pm=0), tmp_path / "right.xlsx").read_bytes()


def changed(content: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as was, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as now:
        for name in was.namelist():
            now.writestr(name, change(was.read(name)) if name == part else was.read(name))
        if part not in was.namelist():
            now.writestr(part, change(b""))
    return out.getvalue()


def entities(part: bytes) -> bytes:
    return part.replace(b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "b">]><worksheet', 1)


def in_sixteen_bits(part: bytes) -> bytes:
    text = entities(part).decode().replace('encoding="UTF-8"', 'encoding="UTF-16"')
    return text.encode("utf-16")


def declares_ten_gigabytes(content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        size = archive.getinfo(SHEET).file_size
    return content.replace(size.to_bytes(4, "little"), (0xFFFFFFF0).to_bytes(4, "little"))


HOSTILE: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "packed a thousand times": (lambda it: changed(it, SHEET, lambda _: b"<worksheet>" + b" " * 40_000_000), "以上"),
    "declares four gigabytes": (declares_ten_gigabytes, "解开后有"),
    "definitions": (lambda it: changed(it, SHEET, entities), "打不开"),
    "definitions in sixteen bits": (lambda it: changed(it, SHEET, in_sixteen_bits), "打不开"),
    "macros": (lambda it: changed(it, "xl/vbaProject.bin", lambda _: b"x"), "宏"),
    "links": (lambda it: changed(it, "xl/externalLinks/externalLink1.xml", lambda _: b"<a/>"), "断开链接"),
    "locked": (lambda _: b"\xd0\xcf\x11\xe0" + bytes(600), "密码"),
    "cut off": (lambda it: it[: len(it) // 2], "打不开"),
    "a picture": (lambda _: b"\xff\xd8\xff" + bytes(600), "打不开"),
    "no sheet of people": (
        lambda it: changed(it, "xl/sharedStrings.xml", lambda part: part.replace("证件号码".encode(), b"x")),
        "证件号码",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_or_broken_workbook_is_refused_in_words(
    cast: Cast, checked, tmp_path: Path, right: bytes, name
) -> None:
    spoil, words = HOSTILE[name]
    path = tmp_path / "名单.xlsx"
    path.write_bytes(spoil(right))
    batch = checked(path)
    assert batch.stage == Stage.REFUSED
    assert words in batch.fault
    assert batch.fault.endswith("。")
    assert str(batch.pk) not in batch.fault
    assert list((tmp_path / "intake").iterdir()) == []


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("名单.xls", b"x", "另存为"),
        ("名单.xlsm", b"x", "宏"),
        ("名单.pdf", b"x", "只能交"),
        ("名单", b"x", "只能交"),
        ("名单.csv", b"", "空的"),
    ],
)
def test_what_is_no_sheet_by_its_name_or_length_is_not_kept(
    cast: Cast, own_folder: Path, name: str, content: bytes, words: str
) -> None:
    with pytest.raises(BadFile, match=words):
        intake.hand_in(template="elders", file_name=name, content=[content], by=cast.head, at=cast.at, key="1")
    assert not Batch.objects.exists()
    assert not [path for path in own_folder.rglob("*") if path.is_file()]


def test_more_than_fifty_megabytes_are_not_taken_in_however_they_come(cast: Cast, own_folder: Path) -> None:
    pieces = (bytes(1_000_000) for _ in range(10_000))  # ten gigabytes, of which the rest is never asked for
    with pytest.raises(BadFile, match="50 MB"):
        intake.hand_in(template="elders", file_name="a.csv", content=pieces, by=cast.head, at=cast.at, key="1")
    assert 10_000 - sum(1 for _ in pieces) == FILE_BYTES_MAX // 1_000_000 + 1
    assert not [path for path in own_folder.rglob("*") if path.is_file()]


def test_the_same_file_by_the_same_key_is_handed_in_once_and_a_mended_one_anew(cast: Cast, own_folder: Path) -> None:
    said = {"template": "elders", "file_name": "a.csv", "content": [b"x"], "by": cast.head, "at": cast.at, "key": "1"}
    assert intake.hand_in(**said).pk == intake.hand_in(**said).pk
    assert Batch.objects.count() == 1
    assert intake.hand_in(**{**said, "content": [b"mended"]}).file_name == "a.csv"
    assert Batch.objects.count() == 2
    assert len([path for path in own_folder.rglob("*") if path.is_file()]) == 2


@pytest.mark.django_db(transaction=True)
def test_of_a_file_that_comes_twice_at_once_one_batch_is_checked(own_folder: Path) -> None:
    cast = Cast()
    path = to_csv(dirty_sheet(16, 30, COMMUNITIES, workbook=False, fault_pm=0), own_folder / "名单.csv")

    def press() -> Batch:
        batch = intake.hand_in(
            template="elders",
            file_name=path.name,
            content=[path.read_bytes()],
            by=cast.head,
            at=cast.at,
            key="1",
        )
        return intake.go_on(batch_id=batch.pk, at=cast.at)

    one, other = race(press, press)
    assert one.pk == other.pk
    batch = Batch.objects.get()
    assert (batch.stage, batch.counts["ALL"]) == (Stage.CHECKED, 30)
    assert list((own_folder / "intake").iterdir()) == []


@pytest.mark.parametrize(
    ("head", "words"),
    [
        ("姓名,住址,社区,本地户籍,电话", "证件号码"),
        ("姓名,姓名,证件号码,住址,社区,本地户籍", "两次"),
        ("品名,数量,单价", "找不到"),
    ],
)
def test_a_head_that_cannot_be_used_is_refused_by_its_columns(cast: Cast, checked, tmp_path: Path, head, words) -> None:
    path = tmp_path / "名单.csv"
    path.write_text(f"{head}\n一,二,三,四,五,六\n", encoding="utf-8")
    batch = checked(path)
    assert batch.stage == Stage.REFUSED
    assert words in batch.fault


def test_a_head_is_found_below_a_title_by_other_names_and_in_another_order(cast: Cast, checked, tmp_path: Path) -> None:
    (line,) = dirty_sheet(4, 1, COMMUNITIES, workbook=False, fault_pm=0).lines
    book = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"))
    book.add_worksheet("说明").write_string(0, 0, "请填第二张表")
    page = book.add_worksheet("2026年台账")
    page.merge_range(0, 0, 0, 6, "城关区八十岁以上老人花名册")
    heads = ["序号", "家庭住址", "身份证号码（必填）", "老人 姓名*", "所属社区", "是否本地户籍", "民族"]
    values = ["1", line["address"], line["document_number"], line["name"], line["community"], "是", "汉"]
    for place, (name, value) in enumerate(zip(heads, values, strict=True)):
        page.write_string(2, place, name)
        page.write_string(3, place, value)
    book.close()
    batch = checked(tmp_path / "a.xlsx")
    assert (batch.stage, batch.sheet, batch.counts["NEW"]) == (Stage.CHECKED, "2026年台账", 1)
    assert batch.unused == ["民族"]
    assert intake_read.lines(cast.head, batch)[0].line == 4


def test_letters_that_no_database_keeps_and_numbers_that_strayed_are_told_without_them(
    cast: Cast, checked, tmp_path: Path
) -> None:
    (line,) = dirty_sheet(4, 1, COMMUNITIES, workbook=False, fault_pm=0).lines
    number = str(line["document_number"])
    heads = ["姓名", "证件号码", "社区", "住址", "本地户籍", "电话", "民\0族"]
    values = [line["name"], "6.20102194403052E+17", number, line["address"], "是\0", number, "汉"]
    with xlsxwriter.Workbook(str(tmp_path / "a.xlsx")) as book:
        page = book.add_worksheet("名单")
        for place, (name, value) in enumerate(zip(heads, values, strict=True)):
            page.write_string(0, place, name)
            page.write_string(1, place, value)
    batch = checked(tmp_path / "a.xlsx")
    assert (batch.stage, batch.unused) == (Stage.CHECKED, ["民族"]), batch.fault
    (row,) = intake_read.lines(cast.head, batch)
    said = {one["column"]: one["what"] for one in row.faults}
    assert set(said) == {"document_number", "community", "hukou_in_area", "phone_1"}
    assert "控制字符" in said["hukou_in_area"]
    for what in said.values():
        assert not re.search(r"\d{9}", what), what


def test_our_reader_sees_what_another_one_sees(tmp_path: Path) -> None:
    path = to_xlsx(dirty_sheet(9, 60, COMMUNITIES, workbook=False), tmp_path / "a.xlsx")
    with opened(path) as book:
        ours = {n: {place: shown(cell) for place, cell in cells.items()} for n, cells in book.lines("名单")}
    theirs = CalamineWorkbook.from_path(path).get_sheet_by_name("名单").to_python(skip_empty_area=False)
    for n, values in enumerate(theirs, start=1):
        texts = {place: _text(value) for place, value in enumerate(values) if _text(value).strip()}
        assert ours.get(n, {}) == texts


def _text(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def test_a_community_sees_only_its_own_batches_and_registers_only_its_own(cast: Cast, checked, tmp_path: Path) -> None:
    path = to_csv(dirty_sheet(6, 2, ["张掖路街道/北园社区"], workbook=False, fault_pm=0), tmp_path / "a.csv")
    theirs, own = checked(path), checked(path, by=cast.clerk, key="own")
    assert own.counts["WRONG"] == 2
    assert list(intake_read.batches(cast.clerk)) == [own]
    with pytest.raises(NotFound):
        intake.begin_writing(batch_id=theirs.pk, by=cast.clerk, at=cast.at)
    with pytest.raises(NotAllowed):
        intake.hand_in(template="elders", file_name="a.csv", content=[b"x"], by=cast.ma, at=cast.at, key="1")
    assert not intake_read.batches(cast.ma).exists()
