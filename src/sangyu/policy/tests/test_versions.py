"""A pack as it was: laid out by its content, given out by its digest, refused where the files are others."""

from __future__ import annotations

from pathlib import Path

import pytest

from sangyu.policy import UnknownPack, load
from sangyu.policy.read import Reader
from sangyu.policy.tests.change import PACK_ID, changed
from sangyu.policy.versions import SHORT, find_version, kept_folder, lay_out, version_files

LUNCH = "tables/lunch-subsidy.csv"


@pytest.fixture(autouse=True)
def var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANGYU_VAR", str(tmp_path / "var"))


@pytest.fixture
def older(tmp_path: Path) -> tuple[str, dict[str, str]]:
    """Write the pack as it might have been; give its digest and its files."""
    folder = changed(tmp_path, LUNCH, "min(900, price_fen)", "min(800, price_fen)")
    pack = Reader(folder).pack
    assert pack is not None
    return pack.digest, version_files(folder)


def test_a_pack_as_it_was_is_given_by_its_digest_beside_todays(older: tuple[str, dict[str, str]]) -> None:
    digest, files = older
    place = lay_out(PACK_ID, digest, files)
    assert lay_out(PACK_ID, digest, files) == place
    today = load(PACK_ID)
    assert {load(PACK_ID, digest=said).digest for said in (digest, digest[:SHORT])} == {digest}
    assert load(PACK_ID, digest=today.digest[:SHORT]) is today
    assert version_files(place / PACK_ID) == files
    assert [one.name for one in kept_folder().iterdir()] == [digest]


def test_a_version_that_nobody_kept_is_named(older: tuple[str, dict[str, str]]) -> None:
    digest, files = older
    lay_out(PACK_ID, digest, files)
    for pack_id, said in ((PACK_ID, "0" * 64), (PACK_ID, digest[: SHORT - 1]), (PACK_ID, f"../{digest}")):
        assert find_version(pack_id, said) is None
        with pytest.raises(UnknownPack, match=f"没有规则包 {PACK_ID} 的旧版本 {said[:SHORT]}$"):
            load(pack_id, digest=said)
    assert find_version("wuhan", digest) is None
    assert find_version(f"../{digest}/{PACK_ID}", digest) is None


def test_files_that_have_another_digest_are_not_kept(older: tuple[str, dict[str, str]]) -> None:
    digest, files = older
    with pytest.raises(UnknownPack, match=f"的旧版本 {digest[:SHORT]} 与它的摘要不符，不能用来判定"):
        lay_out(PACK_ID, digest, {**files, LUNCH: files[LUNCH].replace("800", "700")})
    assert list(kept_folder().iterdir()) == []


def test_no_file_leaves_the_folder_of_its_version(older: tuple[str, dict[str, str]]) -> None:
    digest, files = older
    with pytest.raises(UnknownPack, match=r"有不该有的文件 \.\./\.\./\.\./out\.csv"):
        lay_out(PACK_ID, digest, {**files, "../../../out.csv": "x"})
    assert list(kept_folder().iterdir()) == []
    assert not (kept_folder().parent / "out.csv").exists()
