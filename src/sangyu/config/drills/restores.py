"""`./sangyu drill backup`: back up while people work, lose the machine, and bring it back as it was at any moment."""

from __future__ import annotations

import io
import shutil
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from PIL import Image

from sangyu.config.backup.bring_back import Restored, bring_back
from sangyu.config.backup.examine import examine
from sangyu.config.backup.take import take, top_up
from sangyu.config.backup.vault import Base, Vault
from sangyu.config.drills.ground import Ground
from sangyu.config.drills.house import house
from sangyu.config.drills.load import Book, callers, compare, settle
from sangyu.config.processes.embedded import DATABASE, Cluster
from sangyu.config.processes.places import places_for
from sangyu.config.setup.report import tell
from sangyu.config.setup.trouble import Trouble
from sangyu.files import actions as files
from sangyu.files.models import Purpose

LINES = 2


def run(ground: Ground, *, work_s: float, verify: tuple[str, ...] = ("end", "moment")) -> dict[str, Any]:
    """Back up under work, restore to a moment and to the end, compare both with the log, and spoil the backup.

    `verify` says which of the two are recomputed from their first row.
    Shape: the figures of the drill. `rpo_s` is how much work before the loss is not in the vault; `rto_s` how long
    the restore with all its checks took.
    """
    began = time.monotonic()
    ground.fresh(DATABASE)
    vault = Vault(Path(f"{ground.cluster.places.home}-vault"))
    book = Book()
    with house(ground, DATABASE) as home:
        lines = callers(home.port, book, ground.town, lines=LINES, many=1_000_000)
        for line in lines:
            line.start()
        _work(book, work_s)
        _attach(ground, 1)
        taken = take(ground.cluster, vault, keep=2)
        tell(f"  backed up under work: {taken['seconds']} s, {taken['bytes'] / 1e6:.0f} MB")
        _work(book, work_s)
        moment = datetime.now(UTC)
        _work(book, work_s)
        _attach(ground, 2)
        topped = top_up(ground.cluster, vault)
        _work(book, min(work_s, 2.0))  # what nobody has brought to the vault any more
        settle(lines)
        lost_at = max(ack.at for ack in book.acks)
    at_end = _restored(ground, vault, book, at=None, name="end", verify="end" in verify)
    at_moment = _restored(ground, vault, book, at=moment, name="moment", verify="moment" in verify)
    ground.use(DATABASE)
    spoiled = _spoil(vault, vault.whole_bases()[-1])
    until = datetime.fromisoformat(at_end["until"])
    return {
        "n": at_end["acknowledged"] + at_moment["acknowledged"],
        "lost": at_end["lost"] + at_moment["lost"],
        "twice": at_end["twice"] + at_moment["twice"],
        "fen_off": at_end["fen_off"] + at_moment["fen_off"],
        "rpo_s": round((lost_at - until).total_seconds(), 2),
        "rto_s": at_end["seconds"],
        "backup_s": taken["seconds"],
        "top_up_s": topped["seconds"],
        "bytes": taken["bytes"],
        "rows_compared": at_end["acknowledged"] + at_moment["acknowledged"],
        "after_the_moment": at_moment["later"],
        "unnoticed": [name for name, seen in spoiled.items() if not seen],
        "spoiled": sorted(spoiled),
        "faults": [*at_end["faults"], *at_moment["faults"]],
        "troubles": book.troubles,
        "seconds": round(time.monotonic() - began, 1),
    }


def _restored(
    ground: Ground, vault: Vault, book: Book, *, at: datetime | None, name: str, verify: bool
) -> dict[str, Any]:
    """Restore into a cluster of its own, compare it with the log up to its last moment, and throw it away."""
    to = Path(f"{ground.cluster.places.home}-{name}")
    restored: Restored = bring_back(vault, at=at, to=to, say=lambda _words: None, check=verify)
    cluster = Cluster(places_for(cluster=str(to)))
    cluster.open()
    try:
        ground.use_other(cluster)
        until = at or restored.until
        found: dict[str, Any] = dict(compare(book, until=until))
        later = _later_than(until)
    finally:
        from django.db import connections

        connections.close_all()
        cluster.close()
        shutil.rmtree(cluster.places.sockets, ignore_errors=True)
    faults = [] if restored.sound else [f"{name}: not sound"]
    faults += [f"{name}: {later} calls from after the moment"] if later else []
    tell(f"  {name}: {restored.seconds} s, {found}")
    return {**found, **restored.to_json(), "later": later, "faults": faults}


def _later_than(until: datetime | None) -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM hotline_call WHERE rang_at > %s", [until])
        return int(cursor.fetchone()[0])


def _spoil(vault: Vault, base: Base) -> dict[str, bool]:
    """Break the backup in every way a disk or a person breaks one; tell of each whether it was noticed."""
    table = max((path for path in (base.data / "base").rglob("*") if path.is_file()), key=lambda p: p.stat().st_size)
    segments = vault.segments(base.manifest.timeline)
    needed = [name for name in segments if name >= base.manifest.first_segment]
    attachment = next(path for path in sorted(vault.files.rglob("*")) if path.is_file())
    found = {}
    for name, path, harm in (
        ("a flipped byte in a table", table, _flip),
        ("a table cut short", table, _cut),
        ("a table gone", table, Path.unlink),
        ("a flipped byte in the log", vault.segment(needed[0]), _flip),
        ("a segment of the log gone", vault.segment(needed[0]), Path.unlink),
        ("the last segment gone", vault.segment(needed[-1]), Path.unlink),
        ("an attachment changed", attachment, _flip),
        ("an attachment gone", attachment, Path.unlink),
        ("the manifest changed", base.folder / "manifest.json", _flip),
        ("the list of files changed", base.data / "backup_manifest", _flip),
    ):
        kept = path.read_bytes()
        harm(path)
        found[name] = _is_noticed(vault, base.folder)
        path.write_bytes(kept)
    if _is_noticed(vault, base.folder):
        found["a backup made whole again"] = False
    return found


def _is_noticed(vault: Vault, folder: Path) -> bool:
    try:
        return bool(examine(vault, Base(folder)))
    except Trouble:
        return True


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def _attach(ground: Ground, n: int) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (40, 30), (n, 90, 60)).save(picture, "JPEG")
    worker = ground.town.user("worker00")
    files.keep(
        programme_id=ground.town.programme.pk,
        content=picture.getvalue(),
        purpose=Purpose.VISIT_PHOTO,
        by_id=worker.pk,
        at=ground.town.at,
    )


def _work(book: Book, seconds: float) -> None:
    """Let people work for a while, and at least until something new was acknowledged."""
    before, until_s = len(book.acks), time.monotonic() + seconds
    while time.monotonic() < until_s or (len(book.acks) == before and time.monotonic() < until_s + 60.0):
        time.sleep(0.05)
