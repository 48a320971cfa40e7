"""Make a new database of a backup, as it was at a moment, and prove that it is sound before anybody uses it.

The database that is in use is never touched: what comes out is another cluster beside it, with passwords of its own.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
from psycopg import sql

from sangyu.config.backup.examine import ensure_sound
from sangyu.config.backup.vault import Base, Vault, log_of, sha256_of, unpacked
from sangyu.config.processes import archive
from sangyu.config.processes.embedded import ROLES, Cluster, LogIn
from sangyu.config.processes.places import PROJECT, Places, account, places_for, var_for
from sangyu.config.processes.ready import own_environment
from sangyu.config.setup.trouble import Trouble

BEIJING = ZoneInfo("Asia/Shanghai")
REPLAY_S_MAX = 4 * 3600.0


@dataclass(frozen=True)
class Restored:
    """What came out of a restore, and what its check said."""

    home: Path
    var: Path
    backup: Path
    until: datetime | None
    attachments: int
    attachments_missing: int
    sound: bool
    seconds: float

    def to_json(self) -> dict[str, Any]:
        """Answer the figures as JSON takes them."""
        return {
            "cluster": str(self.home),
            "backup": str(self.backup),
            "until": self.until.isoformat() if self.until else None,
            "attachments": self.attachments,
            "attachments_missing": self.attachments_missing,
            "sound": self.sound,
            "seconds": self.seconds,
        }


def choose(vault: Vault, at: datetime | None) -> Base:
    """Answer the newest base that was whole by a moment, or the newest of all.

    Raises: Trouble, if there is none, or the moment is later than what was brought to the vault.
    """
    bases = vault.whole_bases()
    if not bases:
        raise Trouble(f"{vault.folder} 里没有备份。请核对目录。", f"There is no backup in {vault.folder}.")
    if at is None:
        return bases[-1]
    fitting = [base for base in bases if base.ended_at <= at]
    if not fitting:
        raise Trouble(
            f"最早的备份在 {local(bases[0].ended_at)} 完成，不能恢复到更早的 {local(at)}。",
            f"The oldest backup was whole at {bases[0].ended_at.isoformat()}; there is nothing from before.",
        )
    base = fitting[-1]
    timeline = base.manifest.timeline
    reached = [datetime.fromisoformat(line["until_at"]) for line in vault.notes() if line["timeline"] == timeline]
    if at > max(reached, default=base.ended_at):
        raise Trouble(
            f"备份库里的日志只到 {local(max(reached, default=base.ended_at))}，不能恢复到 {local(at)}。"
            "不写 --at 则恢复到日志的最后一刻。",
            "The log in the vault does not reach that moment. Without --at the restore goes to the end of the log.",
        )
    return base


def bring_back(
    vault: Vault, *, at: datetime | None, to: Path | None, say: Callable[[str], None], check: bool = True
) -> Restored:
    """Restore a backup into a new cluster, up to a moment or to the end of the log, and verify it.

    Raises: Trouble, for a damaged backup (nothing is made then) or a place that is taken.
    """
    began = time.monotonic()
    base = choose(vault, at)
    places, var = _places(to)
    if places.home.exists() and any(places.home.iterdir()):
        raise Trouble(
            f"{places.home} 已经存在。请换一个目录，恢复从不覆盖已有的数据。",
            f"{places.home} exists. Choose another folder: a restore never writes over data.",
        )
    cluster = Cluster(places, say=say)
    say(f"· 检验备份 {base.folder} / reading the backup back …")
    ensure_sound(vault, base, at)
    say(f"· 恢复到 {places.home} / restoring …")
    try:
        until = _replay(vault, base, places, at=at, say=say)
    except BaseException:
        shutil.rmtree(places.home, ignore_errors=True)  # half a database must not be mistaken for one
        raise
    kept = _lay_out_attachments(vault, var)
    with _opened(cluster):
        missing = _missing_attachments(cluster, var)
        sound = _verified(cluster, var, say) if check else True
    return Restored(
        home=places.home,
        var=var,
        backup=base.folder,
        until=until,
        attachments=kept,
        attachments_missing=missing,
        sound=sound and not missing,
        seconds=round(time.monotonic() - began, 2),
    )


def _places(to: Path | None) -> tuple[Places, Path]:
    """Answer where the new cluster goes, and the folder under which its attachments lie."""
    if to is not None:
        return places_for(cluster=str(to.resolve())), to.resolve() / "var"
    return places_for(cluster=f"restored-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"), var_for()


def _replay(
    vault: Vault, base: Base, places: Places, *, at: datetime | None, say: Callable[[str], None]
) -> datetime | None:
    """Lay the copy down, let a server replay the log over it, and end as a database of its own.

    Returns the moment of the last transaction that was replayed; None if the log held none.
    """
    owner = account()
    places.home.mkdir(mode=0o755, parents=True)
    shutil.copytree(base.data, places.data, symlinks=True)
    log = places.home / "log-in"
    log.mkdir(mode=0o700)
    for name in log_of(vault, base, at):
        (log / name).write_bytes(unpacked(vault, name))
    (places.data / "recovery.signal").touch()
    door = places.home / "door.conf"
    door.write_text("local all all trust\n")  # for the minutes of the restore, behind a folder that is ours alone
    door.chmod(0o644)
    passwords = _new_passwords(places)
    archive.give(places.data, owner)
    archive.give(log, owner)
    places.data.chmod(0o700)
    more = {
        "hba_file": str(door),
        "restore_command": f"cp '{log}/%f' %p",
        "recovery_target_timeline": "current",
        "recovery_target_action": "promote",
        "archive_mode": "off",
    }
    if at is not None:
        more["recovery_target_time"] = at.astimezone(UTC).isoformat()
    cluster = Cluster(places, say=say, more=more, start_s_max=REPLAY_S_MAX)
    cluster.open()
    try:
        until = _promoted(cluster)
        with psycopg.connect(cluster.url("superuser", "postgres"), autocommit=True) as connection:
            for log_in, role in ROLES.items():
                statement = sql.SQL("ALTER ROLE {} PASSWORD {}")
                connection.execute(statement.format(sql.Identifier(role), sql.Literal(passwords[log_in])))
            connection.execute("ALTER SYSTEM RESET archive_timeout")  # it has no vault yet: nothing to hurry for
    finally:
        cluster.close()
    door.unlink()
    shutil.rmtree(log)
    return until


def _promoted(cluster: Cluster) -> datetime | None:
    """Wait until the log is replayed; answer the moment of its last transaction."""
    deadline = time.monotonic() + REPLAY_S_MAX
    while time.monotonic() < deadline:
        try:
            with psycopg.connect(cluster.url("superuser", "postgres"), autocommit=True) as connection:
                row = connection.execute("SELECT pg_is_in_recovery(), pg_last_xact_replay_timestamp()").fetchone()
        except psycopg.OperationalError as error:
            if cluster.ended:
                words = cluster.places.log.read_text(errors="replace").strip()[-600:]
                raise Trouble(
                    f"日志没有重放到头。数据库的日志 {cluster.places.log}：\n{words}",
                    "The log could not be replayed; the server's own words are above.",
                ) from error
            row = None
        if row is not None and not row[0]:
            moment: datetime | None = row[1]
            return moment
        time.sleep(0.1)
    raise Trouble("日志重放超过四小时，已放弃。", "Replaying the log took more than four hours; given up.")


def _new_passwords(places: Places) -> Mapping[LogIn, str]:
    """Make passwords for the new cluster: those of the old one are keys, and keys are in no backup."""
    made = {log_in: secrets.token_urlsafe(24) for log_in in ROLES}
    with open(os.open(places.passwords, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(made, file)
    return made


def _lay_out_attachments(vault: Vault, var: Path) -> int:
    """Bring the vault's attachments to the shelf of the new installation; what lies there already stays."""
    kept = 0
    for path in sorted(vault.files.glob("[0-9a-f][0-9a-f]/[0-9a-f]*")):
        target = var / "files" / path.parent.name / path.name
        if not target.is_file() or sha256_of(target) != path.parent.name + path.name:
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            beside = target.with_name(f".{target.name}.part")
            shutil.copyfile(path, beside)
            beside.replace(target)
        kept += 1
    return kept


def _missing_attachments(cluster: Cluster, var: Path) -> int:
    """Count the attachments that rows name and the shelf does not hold."""
    query = "SELECT sha256 FROM files_file UNION SELECT small_sha256 FROM files_file WHERE small_sha256 <> ''"
    with psycopg.connect(cluster.url("app")) as connection:
        if connection.execute("SELECT to_regclass('files_file')").fetchone() == (None,):
            return 0  # a database in which the tables were never made
        names = [row[0] for row in connection.execute(query)]
    return sum(not (var / "files" / name[:2] / name[2:]).is_file() for name in names)


def _verified(cluster: Cluster, var: Path, say: Callable[[str], None]) -> bool:
    """Recompute everything in the new database, as `./sangyu verify` does; show what it says."""
    say("· 重新核算全部状态与账目 / recomputing everything …")
    ended = subprocess.run(
        [sys.executable, "-m", "sangyu.config.cli", "verify"],
        cwd=PROJECT,
        env=own_environment(**cluster.environment(), SANGYU_VAR=str(var)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    say(ended.stdout.rstrip())
    return ended.returncode == 0


class _opened:
    """The new cluster, running under its usual settings for the length of a block."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster

    def __enter__(self) -> Cluster:
        self.cluster.open()
        return self.cluster

    def __exit__(self, *_: object) -> None:
        self.cluster.close()


def local(moment: datetime) -> str:
    """Say a moment as the people of the house say it, in Beijing time."""
    return f"{moment.astimezone(BEIJING):%Y-%m-%d %H:%M:%S}"
