"""A file is kept once, whole, under its own hash, and with nothing hidden in it."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from PIL import Image
from tests.race import race

from sangyu.files import actions as files
from sangyu.files import queries as files_read
from sangyu.files import shelf
from sangyu.files.models import File, Purpose
from sangyu.files.rules import SIZE_MAX, Broken, Claims, NotAKindWeKeep, TooLarge
from sangyu.files.tests.paint import photo
from sangyu.kit.errors import NotFound
from sangyu.kit.ids import derived_id, new_id

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 9, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
CHENGGUAN = derived_id("programme", "chengguan")
ZHAO = derived_id("user", "zhao")
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def keep(content: bytes, purpose: str = Purpose.VISIT_PHOTO, **more) -> File:
    return files.keep(
        **{"programme_id": CHENGGUAN, "by_id": ZHAO, "at": NOON, **more}, content=content, purpose=purpose
    )


def kept_bytes(file: File, *, small: bool = False) -> bytes:
    return files_read.path_of(file, small=small).read_bytes()


def test_a_photo_lies_under_its_own_hash(shelf_folder):
    file = keep(photo())
    content = kept_bytes(file)
    assert shelf.name_of(content) == file.sha256
    assert (shelf_folder / file.sha256[:2] / file.sha256[2:]).read_bytes() == content
    assert (file.media_type, file.size, file.width, file.height) == ("image/jpeg", len(content), 64, 48)
    assert files_read.faults(CHENGGUAN) == []


def test_the_same_photo_is_kept_once(shelf_folder):
    first, again = keep(photo()), keep(photo(), at=NOON + timedelta(hours=1), by_id=new_id())
    assert again.pk == first.pk
    assert again.kept_at == NOON
    assert File.objects.count() == 1
    assert sum(path.is_file() for path in shelf_folder.rglob("*")) == 2, "the photo and its small picture"


def test_another_programme_keeps_its_own_row_of_the_same_bytes():
    first, other = keep(photo()), keep(photo(), programme_id=new_id())
    assert first.pk != other.pk
    assert first.sha256 == other.sha256


def test_a_large_photo_is_brought_to_1280_pixels_and_a_small_one_lies_beside_it():
    file = keep(photo(2000, 3000))
    assert (file.width, file.height) == (853, 1280)
    assert Image.open(io.BytesIO(kept_bytes(file, small=True))).size == (213, 320)


def test_a_photo_taken_sideways_is_kept_upright():
    assert (keep(photo(64, 48, turned=6)).width, keep(photo(64, 48, turned=6)).height) == (48, 64)


def test_what_the_camera_wrote_is_a_claim_and_not_in_the_picture():
    content = photo(taken_at=NOON, lng=103.8343, lat=36.0611)
    assert Image.open(io.BytesIO(content)).getexif()
    file = keep(content)
    claims = Claims.from_json(file.claims)
    assert claims.taken_at == NOON
    assert (claims.place.lng, claims.place.lat) == pytest.approx((103.8343, 36.0611), abs=1e-5)
    for kept in (kept_bytes(file), kept_bytes(file, small=True)):
        assert not Image.open(io.BytesIO(kept)).getexif()
        assert b"Exif" not in kept


def test_a_picture_of_any_kind_becomes_a_jpeg_on_white():
    for form in ("PNG", "WEBP"):
        file = keep(photo(colour=(0, 0, 0, 0), form=form))
        assert file.media_type == "image/jpeg"
        assert Image.open(io.BytesIO(kept_bytes(file))).getpixel((5, 5)) == (255, 255, 255)


def test_a_paper_may_be_a_pdf_and_is_kept_as_it_came():
    file = keep(PDF, Purpose.PAPER)
    assert (file.media_type, file.width, file.small_sha256) == ("application/pdf", None, "")
    assert kept_bytes(file) == kept_bytes(file, small=True) == PDF


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        pytest.param(b"", Broken, id="empty"),
        pytest.param(b"\xff\xd8\xff" + bytes(SIZE_MAX), TooLarge, id="too large"),
        pytest.param(photo(400, 300)[:400], Broken, id="cut off"),
        pytest.param(b"\xff\xd8\xff\xe0 only the beginning", Broken, id="only a head"),
        pytest.param(b"\x89PNG\r\n\x1a\n" + bytes(64), Broken, id="empty png"),
        pytest.param(
            b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", NotAKindWeKeep, id="svg"
        ),
        pytest.param(b"<!doctype html><script>alert(1)</script>", NotAKindWeKeep, id="html"),
        pytest.param(b"GIF89a" + bytes(64), NotAKindWeKeep, id="gif"),
        pytest.param(b"MZ" + bytes(64), NotAKindWeKeep, id="program"),
        pytest.param(PDF, NotAKindWeKeep, id="pdf"),
    ],
)
def test_what_is_no_photo_is_refused_and_leaves_nothing(shelf_folder, content, refusal):
    with pytest.raises(refusal, match="请"):
        keep(content)
    assert not File.objects.exists()
    assert not shelf_folder.exists()


def test_a_pdf_that_did_not_arrive_whole_is_refused():
    with pytest.raises(Broken, match="没有传完"):
        keep(PDF[:-8], Purpose.PAPER)


def test_a_small_file_that_unpacks_to_a_huge_picture_is_refused():
    flat = io.BytesIO()
    Image.new("1", (8000, 8000)).save(flat, "PNG")
    assert len(flat.getvalue()) < 100_000
    with pytest.raises(TooLarge, match="像素"):
        keep(flat.getvalue())
    flat = io.BytesIO()
    Image.new("1", (12_000, 12_000)).save(flat, "PNG")
    with pytest.raises(TooLarge, match="像素"):
        keep(flat.getvalue())


def test_a_file_that_was_changed_or_lost_is_found():
    file, other = keep(photo(colour=(1, 2, 3))), keep(photo(colour=(9, 9, 9)))
    files_read.path_of(file).write_bytes(b"something else")
    files_read.path_of(other).unlink()
    assert (
        sorted(fault.partition("：")[2] for fault in files_read.faults(CHENGGUAN))
        == [
            "内容与当时的摘要不符",
            "内容缺失",
        ]
        or len(files_read.faults(CHENGGUAN)) == 4
    )
    with pytest.raises(NotFound, match="附件"):
        files_read.path_of(other)


def test_a_file_nobody_kept_is_not_found():
    with pytest.raises(NotFound):
        files_read.get_file(new_id())


def test_a_row_is_not_changed():
    keep(photo())
    with (
        pytest.raises((IntegrityError, ProgrammingError), match=r"insert-only|permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE files_file SET sha256 = 'x'")


@pytest.mark.django_db(transaction=True)
def test_the_same_photo_at_once_is_one_row():
    send = partial(keep, photo(colour=(7, 7, 7)))
    assert len({file.pk for file in race(send, send, send)}) == 1
