"""A backup is taken under use, brought forward to any moment, refused when it does not fit, and never overwrites."""

from __future__ import annotations

import dataclasses
import gzip
import json
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from sangyu.config import backup as command
from sangyu.config.backup.bring_back import bring_back, choose
from sangyu.config.backup.take import alone, take, top_up
from sangyu.config.backup.vault import FORMAT, SEGMENT_BYTES, Base, Manifest, Vault, sha256_of, span, wal_faults
from sangyu.config.processes.embedded import Cluster
from sangyu.config.processes.places import places_for
from sangyu.config.setup.trouble import Trouble


@dataclass
class Kept:
    """A cluster with a table `kept`, its vault, and the moment between the two rows that came after the backup."""

    cluster: Cluster
    vault: Vault
    moment: datetime

    @property
    def shelf(self) -> Path:
        return self.cluster.places.home.parent

    def beside(self) -> Path:
        return self.shelf / f"{self.cluster.places.home.name}-{secrets.token_hex(2)}"


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    places = places_for(cluster=f"once-{os.getpid()}-backup")
    cluster = Cluster(places)
    vault = Vault(places.home.with_name(f"{places.home.name}-vault"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SANGYU_VAR", str(tmp_path_factory.mktemp("var")))
        cluster.open()
        try:
            _add(cluster, "CREATE TABLE kept (n int)")
            _add(cluster, "INSERT INTO kept VALUES (1)")
            with pytest.raises(Trouble, match="完整备份"):
                top_up(cluster, vault)
            take(cluster, vault, keep=3)
            _add(cluster, "INSERT INTO kept VALUES (2)")
            time.sleep(0.01)
            moment = datetime.now(UTC)
            time.sleep(0.01)
            _add(cluster, "INSERT INTO kept VALUES (3)")
            top_up(cluster, vault)
            yield Kept(cluster, vault, moment)
        finally:
            cluster.close()
            for folder in places.home.parent.glob(f"{places.home.name}*"):
                shutil.rmtree(folder)


def _add(cluster: Cluster, statement: str) -> None:
    with psycopg.connect(cluster.url("owner"), autocommit=True) as owner:
        owner.execute(statement)


def _rows(cluster: Cluster) -> list[int]:
    with psycopg.connect(cluster.url("owner")) as owner:
        return [row[0] for row in owner.execute("SELECT n FROM kept ORDER BY n")]


def _silence(_words: str) -> None:
    """Say nothing."""


def test_it_comes_back_as_it_was_at_a_moment_with_passwords_of_its_own(kept: Kept) -> None:
    to = kept.beside()
    restored = bring_back(kept.vault, at=kept.moment, to=to, say=_silence, check=False)
    assert restored.home == to
    assert restored.until is not None
    assert restored.until < kept.moment
    old, new = (json.loads((home / "passwords.json").read_text()) for home in (kept.cluster.places.home, to))
    assert set(old) == set(new)
    assert not set(old.values()) & set(new.values())
    again = Cluster(places_for(cluster=str(to)))
    again.open()
    try:
        assert _rows(again) == [1, 2]
        with psycopg.connect(again.url("superuser", "postgres")) as connection:
            assert connection.execute("SELECT pg_is_in_recovery()").fetchone() == (False,)
        stale = again.url("owner").replace(new["owner"], old["owner"])
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(stale)
    finally:
        again.close()
        shutil.rmtree(again.places.sockets, ignore_errors=True)
    assert _rows(kept.cluster) == [1, 2, 3]


def test_what_stands_somewhere_is_never_overwritten(kept: Kept) -> None:
    taken = kept.beside()
    taken.mkdir()
    (taken / "note").write_text("mine")
    with pytest.raises(Trouble, match="从不覆盖"):
        bring_back(kept.vault, at=None, to=taken, say=_silence)
    assert [path.name for path in taken.iterdir()] == ["note"]


def test_a_moment_that_the_vault_does_not_reach_is_refused(kept: Kept) -> None:
    (base,) = kept.vault.whole_bases()
    with pytest.raises(Trouble, match="最早的备份"):
        choose(kept.vault, base.ended_at - timedelta(seconds=1))
    with pytest.raises(Trouble, match="日志只到"):
        choose(kept.vault, datetime.now(UTC) + timedelta(minutes=1))
    assert choose(kept.vault, kept.moment) == base


def test_the_vault_of_another_database_is_left_alone(kept: Kept) -> None:
    (base,) = kept.vault.whole_bases()
    right = base.manifest
    base.seal(dataclasses.replace(right, system="1"))
    try:
        with pytest.raises(Trouble, match="另一个数据库"):
            take(kept.cluster, kept.vault, keep=3)
    finally:
        base.seal(right)


def test_a_folder_that_is_no_vault_is_told_so(kept: Kept, tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="没有备份"):
        choose(Vault(tmp_path), None)


def test_a_broken_log_stops_a_restore_to_the_end_but_not_to_a_moment_before_it(kept: Kept) -> None:
    (base,) = kept.vault.whole_bases()
    last = kept.vault.segment(kept.vault.segments(base.manifest.timeline)[-1])
    whole = last.read_bytes()
    last.write_bytes(whole[: len(whole) // 2])
    try:
        to = kept.beside()
        with pytest.raises(Trouble, match="与校验值不符"):
            bring_back(kept.vault, at=None, to=to, say=_silence)
        assert not to.exists()
        assert command.restore([str(kept.vault.folder), "--check"]) == 1
        assert command.restore([str(kept.vault.folder), "--check", "--at", base.manifest.ended_at]) == 0
    finally:
        last.write_bytes(whole)


def test_only_the_newest_are_kept_and_the_log_that_they_need(kept: Kept) -> None:
    before = kept.vault.segments(1)
    time.sleep(1.0)  # a backup is named after its second
    take(kept.cluster, kept.vault, keep=1)
    (left,) = kept.vault.whole_bases()
    assert left.manifest.first_segment > before[0]
    assert kept.vault.segments(1)[0] == left.manifest.first_segment
    assert command.restore([str(kept.vault.folder), "--check"]) == 0


def test_two_backups_do_not_write_into_one_vault_at_once(kept: Kept) -> None:
    with alone(kept.vault), pytest.raises(Trouble, match="另一个备份正在"), alone(kept.vault):
        pass
    with alone(kept.vault):
        assert (kept.vault.folder / "lock").is_file()


def test_a_server_that_somebody_else_runs_is_not_ours_to_back_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANGYU_DATABASE_URL", "postgresql://x@127.0.0.1:1/x")
    with pytest.raises(Trouble, match="别人运行"):
        command.backup([])


def test_segments_are_named_across_the_end_of_a_log() -> None:
    names = list(span("0000000100000000000000FE", "000000010000000100000001"))
    assert [name[8:] for name in names] == [
        "00000000000000FE",
        "00000000000000FF",
        "0000000100000000",
        "0000000100000001",
    ]


def test_a_tail_that_came_by_itself_and_is_gone_is_missed_and_one_that_is_arriving_is_not(tmp_path: Path) -> None:
    """The server brings its log every minute, and nobody writes that into the book."""
    vault = Vault(tmp_path)
    base = Base(tmp_path / "bases" / "one")
    base.folder.mkdir(parents=True)
    vault.wal.mkdir()
    first, second, third = (f"00000001000000000000000{n}" for n in range(3))
    blank = dict.fromkeys(("sangyu", "system", "start_lsn", "end_lsn", "began_at", "ended_at"), "")
    sums = {"data_sha256": "", "names_sha256": "", "files": 0, "bytes": 0, "attachments": 0}
    base.seal(Manifest(format=FORMAT, postgres=18, timeline=1, first_segment=first, **blank, **sums))
    packed = gzip.compress(b"\0" * SEGMENT_BYTES, 1, mtime=0)  # it would hold the second in which it was packed
    for name in (first, second):
        vault.segment(name).write_bytes(packed)
        (vault.wal / f"{name}.sha256").write_text(f"{sha256_of(vault.segment(name))}\n")
    assert wal_faults(vault, base, None) == []
    vault.segment(second).unlink()
    assert wal_faults(vault, base, None) == [f"日志 {second} 缺失"]
    vault.segment(second).write_bytes(packed)
    (vault.wal / f".{third}.part").write_bytes(b"half")
    (vault.wal / f"{third}.sha256").write_text("what it will be\n")
    assert wal_faults(vault, base, None) == []
