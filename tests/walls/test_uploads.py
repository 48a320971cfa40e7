"""What people hand in: kept as a plain picture under a name of ours, or not at all."""

from __future__ import annotations

import io
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from PIL import Image, PngImagePlugin

from sangyu.files import actions as files
from sangyu.files import shelf
from sangyu.files.models import File, Purpose
from sangyu.files.rules import SIZE_MAX, Broken, NotAKindWeKeep, TooLarge
from sangyu.files.tests.paint import photo
from sangyu.kit.errors import Refusal
from sangyu.kit.ids import new_id

AT = datetime(2026, 11, 9, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
SCRIPT = b"<script>alert(1)</script>"
PHP = b"<?php system($_GET['c']); ?>"


@pytest.fixture(autouse=True)
def shelf_folder(settings, tmp_path: Path) -> Path:
    """Keep the bytes of a test in the test's own folder."""
    settings.VAR = tmp_path
    return tmp_path / "files"


def keep(content: bytes, purpose: str = Purpose.VISIT_PHOTO) -> File:
    return files.keep(programme_id=new_id(), content=content, purpose=purpose, by_id=new_id(), at=AT)


def annotated() -> bytes:
    """A picture whose notes are programs."""
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", SCRIPT.decode())
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(out, "PNG", pnginfo=notes)
    return out.getvalue()


def animated() -> bytes:
    """A picture with a second one behind it."""
    frames = [Image.new("RGB", (40, 30), colour) for colour in ("red", "blue")]
    out = io.BytesIO()
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:])
    return out.getvalue()


# Pictures that are also something else: what is kept must be the picture alone.
POLYGLOTS = {
    "a page behind a picture": photo() + b"\n<html>" + SCRIPT + b"</html>",
    "a program in the notes of a picture": annotated(),
    "an archive behind a picture": photo() + b"PK\x03\x04" + PHP,
    "a paper behind a picture": photo() + b"%PDF-1.7\n" + SCRIPT + b"%%EOF",
    "a second picture behind the first": animated(),
}
# What only says that it is a picture.
PRETENDERS = {
    "a drawing with a script": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'>" + SCRIPT + b"</svg>",
    "a page": b"<!doctype html>" + SCRIPT,
    "a program": PHP,
    "the first bytes of a picture and a page": b"\xff\xd8\xff" + SCRIPT,
    "a GIF": b"GIF89a" + SCRIPT,
    "an archive": b"PK\x03\x04" + PHP,
    "an executable": b"\x7fELF" + bytes(60),
    "nothing": b"",
}


@pytest.mark.parametrize("name", [*POLYGLOTS, *PRETENDERS])
def test_what_is_kept_is_a_plain_jpeg_or_nothing(db: None, name: str, shelf_folder: Path) -> None:
    if name in PRETENDERS:
        with pytest.raises((NotAKindWeKeep, Broken)):
            keep(PRETENDERS[name])
        assert [path for path in shelf_folder.rglob("*") if path.is_file()] == []
        return
    kept = keep(POLYGLOTS[name])
    assert kept.media_type == "image/jpeg"
    for digest in (kept.sha256, kept.small_sha256):
        content = shelf.path_of(digest).read_bytes()
        picture = Image.open(io.BytesIO(content))
        assert (picture.format, getattr(picture, "n_frames", 1), dict(picture.getexif())) == ("JPEG", 1, {})
        assert content.endswith(b"\xff\xd9"), "nothing stands behind the picture"
        for word in (b"script", b"php", b"PK\x03\x04", b"%PDF"):
            assert word not in content


def test_a_paper_that_is_a_page_is_no_paper(db: None) -> None:
    with pytest.raises(NotAKindWeKeep):
        keep(b"<html>%PDF-1.7" + SCRIPT + b"%%EOF", Purpose.PAPER)
    with pytest.raises(NotAKindWeKeep):
        keep(b"%PDF-1.7\n%%EOF", Purpose.VISIT_PHOTO)


def test_more_bytes_than_allowed_are_refused(db: None, shelf_folder: Path) -> None:
    with pytest.raises(TooLarge):
        keep(photo() + bytes(SIZE_MAX))
    assert not shelf_folder.exists()


@pytest.mark.parametrize("size", [(12_000, 12_000), (60_000, 10)])
def test_a_picture_of_a_hundred_million_points_is_never_unpacked(db: None, size: tuple[int, int]) -> None:
    out = io.BytesIO()
    Image.new("1", size).save(out, "PNG")
    if size[0] * size[1] > 16_000_000:
        with pytest.raises(TooLarge):
            keep(out.getvalue())
    else:
        kept = keep(out.getvalue())
        assert max(kept.width or 0, kept.height or 0) <= 1280


def test_the_shelf_names_files_itself_and_runs_none(db: None, shelf_folder: Path) -> None:
    """No name that anybody sends reaches the disk: `keep` takes bytes and nothing else."""
    kept = keep(photo())
    [first, second] = sorted(path for path in shelf_folder.rglob("*") if path.is_file())
    for path in (first, second):
        name = path.relative_to(shelf_folder).as_posix().replace("/", "")
        assert name in {kept.sha256, kept.small_sha256}
        assert not path.stat().st_mode & 0o111
        assert not path.stat().st_mode & 0o007


@pytest.mark.parametrize("content", [photo(3, 3)[:n] for n in (5, 60, 200, 400)])
def test_half_a_picture_is_told_in_chinese(db: None, content: bytes) -> None:
    with pytest.raises(Refusal, match=r"[\u4e00-\u9fff]"):
        keep(content)
