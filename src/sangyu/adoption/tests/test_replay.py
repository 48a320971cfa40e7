"""A decision of years ago is taken again by the tables that it was taken by, wherever `packs/` has gone since."""

from __future__ import annotations

import shutil
from datetime import date

import pytest
from tests.cast import PARAMETERS

from sangyu import policy
from sangyu.adoption import actions as adoption
from sangyu.adoption import queries as adoption_read
from sangyu.adoption.actions import OtherAdopted
from sangyu.adoption.models import PackVersion
from sangyu.policy import UnknownPack
from sangyu.policy.lists import SHEET_FILE
from sangyu.policy.replay import replay
from sangyu.policy.versions import SHORT, kept_folder, lay_out, version_files

PACK = "lanzhou-chengguan"
LUNCH = {
    "age": 76,
    "registered": True,
    "identities": [],
    "place": "contracted_canteen",
    "meal": "lunch",
    "nth_of_day": 1,
    "mode": "dine_in",
    "price_fen": 1500,
}
ON = date(2026, 11, 9)


@pytest.fixture
def packs(tmp_path, monkeypatch):
    """A packs folder of one's own, and nothing laid out yet."""
    folder = tmp_path / "packs"
    shutil.copytree(policy.packs_folder() / PACK, folder / PACK)
    monkeypatch.setenv("SANGYU_PACKS", str(folder))
    monkeypatch.setenv("SANGYU_VAR", str(tmp_path / "var"))
    return folder


def moved_on(packs, tmp_path, monkeypatch, old="min(1000, price_fen)", new="min(1100, price_fen)"):
    """Put a later state of the pack in the place of the one before, as an upgrade does."""
    later = tmp_path / "later"
    shutil.copytree(packs, later)
    table = later / PACK / "tables/lunch-subsidy.csv"
    table.write_text(table.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    monkeypatch.setenv("SANGYU_PACKS", str(later))


def adopt(cast, valid_from):
    return adoption.adopt(
        programme_id=cast.programme.pk,
        pack_id=PACK,
        parameters=PARAMETERS,
        document="城民发〔2026〕9号",
        valid_from=valid_from,
        by_id=cast.head.pk,
        at=cast.at,
    )


def government_fen(cast, on):
    return adoption_read.decide(cast.programme.pk, "lunch-subsidy", LUNCH, on).shares_fen["government"]


def test_an_adoption_names_the_tables_it_adopted_and_keeps_them(cast):
    adopted = adoption_read.in_force(cast.programme.pk, ON)
    kept = PackVersion.objects.get()
    assert adopted.digest == kept.digest == policy.load(PACK).digest
    assert kept.files["pack.toml"].encode() == (policy.packs_folder() / PACK / "pack.toml").read_bytes()
    assert "cases.jsonl" not in kept.files, "what does not decide is not part of the version"


def test_tables_that_change_in_the_folder_change_nothing_until_they_are_adopted(cast, packs, tmp_path, monkeypatch):
    stored = adoption_read.decide(cast.programme.pk, "lunch-subsidy", LUNCH, ON).to_json()
    moved_on(packs, tmp_path, monkeypatch)
    assert government_fen(cast, ON) == 1000
    adopt(cast, date(2026, 12, 1))
    assert [government_fen(cast, on) for on in (date(2026, 11, 30), date(2026, 12, 1))] == [1000, 1100]
    again = adoption_read.decided_again(stored)
    assert again.same
    assert again.again == stored
    by_today = replay(stored, lambda pack_id, digest: policy.load(pack_id))
    assert not by_today.same
    assert "shares_fen" in by_today.different


def test_a_stored_decision_outlives_its_pack_and_the_server_it_was_laid_out_on(cast, packs, tmp_path, monkeypatch):
    stored = adoption_read.decide(cast.programme.pk, "lunch-subsidy", LUNCH, ON).to_json()
    (tmp_path / "none").mkdir()
    monkeypatch.setenv("SANGYU_PACKS", str(tmp_path / "none"))
    assert adoption_read.decided_again(stored).same
    shutil.rmtree(kept_folder())
    policy._load.cache_clear()
    assert adoption_read.decided_again(stored).same
    assert [one.name for one in kept_folder().iterdir()] == [PackVersion.objects.get().digest]


def test_changed_tables_cannot_be_adopted_from_the_very_day_others_are(cast, packs, tmp_path, monkeypatch):
    moved_on(packs, tmp_path, monkeypatch)
    with pytest.raises(OtherAdopted, match="换规则表"):
        adopt(cast, adoption_read.in_force(cast.programme.pk, ON).valid_from)
    assert government_fen(cast, ON) == 1000


def test_files_that_are_not_what_their_digest_says_are_refused(cast, packs):
    kept = PackVersion.objects.get()
    spoilt = {**kept.files, "tables/lunch-subsidy.csv": kept.files["tables/lunch-subsidy.csv"].replace("1000", "9000")}
    with pytest.raises(UnknownPack, match="与它的摘要不符"):
        lay_out(PACK, kept.digest, spoilt)
    with pytest.raises(UnknownPack, match="不该有的文件"):
        lay_out(PACK, kept.digest, {**kept.files, "../../evil.toml": "x"})
    assert not [one for one in kept_folder().iterdir() if not one.name.startswith(".")]


@pytest.mark.parametrize("digest", ["0" * SHORT, "../..", "", "lanzhou"])
def test_a_version_that_was_never_adopted_is_unknown(cast, digest):
    if digest:
        with pytest.raises(UnknownPack):
            adoption_read.pack_version(PACK, digest)
    else:
        assert adoption_read.pack_version(PACK, digest) is policy.load(PACK)


def test_a_decision_that_was_tampered_with_does_not_come_out_the_same(cast):
    stored = adoption_read.decide(cast.programme.pk, "lunch-subsidy", LUNCH, ON).to_json()
    forged = {**stored, "shares_fen": {"elder": 0, "government": 1500}}
    assert adoption_read.decided_again(forged).different == ("shares_fen",)
    gone = adoption_read.decided_again({**stored, "rule": "no-such-rule"})
    assert not gone.same
    assert "no-such-rule" in gone.why


def test_a_version_from_before_lists_and_levels_still_decides_brings_its_sheet_and_can_be_changed(
    cast, packs, tmp_path, monkeypatch
):
    today = policy._OWN_PACKS
    beside = {name: (packs / PACK / name).read_bytes().decode() for name in (SHEET_FILE, "cases.jsonl", "NOTES.md")}
    (packs / PACK / SHEET_FILE).unlink()  # in those days it lay beside the version
    toml = packs / PACK / "pack.toml"
    toml.write_text(toml.read_text(encoding="utf-8").replace('level = "district"\nfile', "file"), encoding="utf-8")
    pack = policy.load(PACK)
    files = version_files(pack.folder)
    PackVersion.objects.create(digest=pack.digest, pack_id=PACK, files=files, texts=beside, kept_at=cast.at)
    adopted = adopt(cast, date(2026, 6, 1))
    stored = adoption_read.decide(cast.programme.pk, "lunch-subsidy", LUNCH, ON).to_json()
    monkeypatch.setenv("SANGYU_PACKS", str(today))
    assert adopted.digest == pack.digest != policy.load(PACK).digest
    assert adoption_read.decided_again(stored).same
    assert adoption_read.list_of(adopted, SHEET_FILE) == beside[SHEET_FILE].removeprefix("\ufeff")
    draft, _ = adoption.propose(
        programme_id=cast.programme.pk,
        parameters={**PARAMETERS, "share_pm": 300},
        document="城民发〔2027〕3号",
        reason="",
        by_id=cast.deputy.pk,
        at=cast.at,
        key="1",
    )
    assert draft.faults == [], "what it lacked when it was adopted does not hold it up"
    assert draft.digest != draft.based_on == pack.digest
    assert PackVersion.objects.get(pk=draft.digest).files == {**files, SHEET_FILE: beside[SHEET_FILE]}
