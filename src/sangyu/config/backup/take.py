"""Bring a running database and its attachments into a vault, without stopping anybody's work."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import psycopg

from sangyu.config.backup.examine import examine
from sangyu.config.backup.vault import FORMAT, Base, Manifest, Vault, sha256_of, write
from sangyu.config.processes import archive
from sangyu.config.processes.binaries import MAJOR
from sangyu.config.processes.embedded import Cluster
from sangyu.config.processes.places import PROJECT, account, var_for
from sangyu.config.setup.trouble import Trouble

ARCHIVE_TIMEOUT_S = 60  # the most that is lost with the disk, beside what `--top-up` saves
ARCHIVED_S_MAX = 120.0


@contextmanager
def alone(vault: Vault) -> Iterator[None]:
    """Let one backup at a time write into a vault.

    Raises: Trouble, if another one is at it.
    """
    try:
        vault.folder.mkdir(mode=0o711, parents=True, exist_ok=True)
        lock = os.open(vault.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise _cannot_make(vault.folder, error) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as busy:
        raise Trouble(
            f"另一个备份正在写 {vault.folder}。请等它完成后再试。",
            f"Another backup is writing into {vault.folder}. Try again when it is done.",
        ) from busy
    finally:
        os.close(lock)


def take(cluster: Cluster, vault: Vault, *, keep: int) -> dict[str, Any]:
    """Add a base to the vault, read it back, and forget the oldest ones beyond `keep`.

    Shape: the figures of the base, for the answer of the command.
    Raises: Trouble, when something could not be kept; what is unfinished has no name and does not count.
    """
    began = time.monotonic()
    name_it(cluster, vault)
    began_at = _now(cluster)
    partial = vault.bases / f".{began_at:%Y%m%dT%H%M%SZ}"
    for broken_off in vault.bases.glob(".*"):
        shutil.rmtree(broken_off)
    partial.mkdir(mode=0o700)
    _copy_data(cluster, partial / "data")
    names = keep_attachments(vault)
    listed = "".join(f"{name}\n" for name in names).encode()
    base = Base(partial)
    write(base.names, listed)
    noted = bring_log(cluster, vault, what="base", attachments=len(names))
    base.seal(_manifest(cluster, base, began_at=began_at, ended_at=noted["until_at"], listed=listed))
    faults = examine(vault, base)
    if faults:
        raise Trouble(
            f"刚做的备份没有通过检验：{faults[0]}。请检查磁盘后重做。",
            "The backup that was just made did not pass its check; check the disk and make it again.",
        )
    whole = vault.bases / partial.name.removeprefix(".")
    partial.rename(whole)
    _force(vault.bases)
    _forget(vault, keep)
    manifest = Base(whole).manifest
    return {
        "backup": str(whole),
        "bytes": manifest.bytes,
        "files": manifest.files,
        "attachments": manifest.attachments,
        "until": manifest.ended_at,
        "seconds": round(time.monotonic() - began, 2),
    }


def top_up(cluster: Cluster, vault: Vault) -> dict[str, Any]:
    """Bring what happened since: the log up to now, and the attachments that are new.

    Raises: Trouble, if this database has no base in the vault yet.
    """
    began = time.monotonic()
    if archive.vault_of(cluster.places) != vault.folder or not vault.whole_bases():
        raise Trouble(
            f"{vault.folder} 里还没有这个数据库的完整备份。请先运行一次 ./sangyu backup --to {vault.folder}。",
            f"There is no backup of this database in {vault.folder} to bring up to date. Run ./sangyu backup first.",
        )
    noted = bring_log(cluster, vault, what="top-up")
    names = keep_attachments(vault)  # after the log: whatever a row up to that moment names is on the shelf by now
    return {
        "vault": str(vault.folder),
        "until": noted["until_at"],
        "attachments": len(names),
        "seconds": round(time.monotonic() - began, 2),
    }


def name_it(cluster: Cluster, vault: Vault) -> None:
    """Make the vault's folders and let the database's log go there from now on.

    Raises: Trouble, if the database account cannot write there, or the vault is another database's.
    """
    with _superuser(cluster) as connection:
        if _value(connection, "SHOW archive_mode") != "on":
            raise Trouble(
                "正在运行的数据库还没有打开日志归档。请停掉演示再启动一次，然后重做备份。",
                "The running database does not archive its log yet. Stop the demo, start it again, then back up.",
            )
        system = _value(connection, "SELECT system_identifier::text FROM pg_control_system()")
    for base in vault.whole_bases():
        if base.manifest.system != system:
            raise Trouble(
                f"备份库 {vault.folder} 属于另一个数据库。请用 --to 换一个目录。",
                f"The vault {vault.folder} belongs to another database. Choose another folder with --to.",
            )
    owner = account()
    for folder, mode in ((vault.folder, 0o711), (vault.bases, 0o700), (vault.files, 0o700), (vault.wal, 0o700)):
        try:
            folder.mkdir(mode=mode, parents=True, exist_ok=True)
        except OSError as error:
            raise _cannot_make(folder, error) from error
    archive.give(vault.wal, owner)
    as_owner: dict[str, Any] = {"user": owner.uid, "group": owner.gid, "extra_groups": []} if owner else {}
    if subprocess.run(["test", "-w", str(vault.wal)], **as_owner, cwd="/").returncode != 0:
        raise Trouble(
            f"数据库账户写不进 {vault.wal}。请换一个目录（例如 /var/backups/sangyu），或放开上级目录的进入权限。",
            f"The database account cannot write to {vault.wal}. Choose another folder (say /var/backups/sangyu), "
            "or let it pass through the parent folders.",
        )
    archive.name_vault(cluster.places, vault.folder)
    with _superuser(cluster) as connection:
        connection.execute(f"ALTER SYSTEM SET archive_timeout = '{ARCHIVE_TIMEOUT_S}s'")
        connection.execute("SELECT pg_reload_conf()")


def bring_log(cluster: Cluster, vault: Vault, *, what: str, **more: object) -> dict[str, Any]:
    """Close the present segment of the log, wait until it lies in the vault, and note it in the book.

    Raises: Trouble, if it does not arrive.
    """
    with _superuser(cluster) as connection:
        # A commit of our own, so that a restore to any moment before it finds that moment passed.
        connection.execute("SELECT pg_current_xact_id()")
        until_at = _value(connection, "SELECT clock_timestamp()")
        segment = _value(connection, "SELECT pg_walfile_name(pg_switch_wal())")
        deadline = time.monotonic() + ARCHIVED_S_MAX
        while not vault.segment(segment).is_file():
            if time.monotonic() > deadline:
                raise Trouble(
                    f"日志 {segment} 没有送进 {vault.wal}。请检查该目录和磁盘空间，原因在 {cluster.places.log}。",
                    f"The log segment {segment} did not arrive in {vault.wal}. Check that folder and the free space; "
                    f"the reason is in {cluster.places.log}.",
                )
            time.sleep(0.05)
    noted = {
        "what": what,
        "until_at": until_at.astimezone(UTC).isoformat(),
        "timeline": int(segment[:8], 16),
        "segment": segment,
        **more,
    }
    vault.note(**noted)
    return noted


def keep_attachments(vault: Vault) -> list[str]:
    """Copy the attachments that the vault does not have yet; answer the names of all, sorted.

    Raises: Trouble, naming attachments on the live shelf that are no longer what their name says.
    """
    shelf = var_for() / "files"
    names, damaged = [], []
    for path in sorted(shelf.glob("[0-9a-f][0-9a-f]/[0-9a-f]*")):
        name = path.parent.name + path.name
        kept = vault.attachment(name)
        if not kept.is_file():
            kept.parent.mkdir(mode=0o700, exist_ok=True)
            beside = kept.with_name(f".{kept.name}.part")
            shutil.copyfile(path, beside)
            if sha256_of(beside) != name:
                damaged.append(name)
                beside.unlink()
                continue
            with open(beside, "rb") as file:
                os.fsync(file.fileno())
            beside.rename(kept)
            _force(kept.parent)
        names.append(name)
    if damaged:
        raise Trouble(
            f"{len(damaged)} 个附件在服务器上已经损坏，例如 {shelf}/{damaged[0][:2]}/{damaged[0][2:]}。"
            "请从较早的备份取回它们，再重做备份。",
            f"{len(damaged)} attachments are damaged on this server. Bring them back from an older backup first.",
        )
    return names


def _copy_data(cluster: Cluster, target: Path) -> None:
    """Copy the data folder while it is in use, with a checksum a file; the log that completes it goes to the vault."""
    address = urlsplit(cluster.url("superuser", "postgres"))
    where = parse_qs(address.query)
    command: list[str | Path] = [cluster.bin / "pg_basebackup", "-D", target, "-F", "plain", "-X", "none"]
    command += ["-c", "fast", "--manifest-checksums=SHA256", "-w", "-l", "sangyu"]
    command += ["-h", where["host"][0], "-p", where["port"][0], "-U", unquote(address.username or "")]
    environment = {"PATH": os.defpath, "LC_ALL": "C", "PGPASSWORD": unquote(address.password or "")}
    ended = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if ended.returncode != 0:
        raise Trouble(
            f"复制数据库没有成功：{ended.stderr.strip()[-400:]}",
            "The database could not be copied; its own words are above.",
        )


def _manifest(cluster: Cluster, base: Base, *, began_at: datetime, ended_at: str, listed: bytes) -> Manifest:
    label = (base.data / "backup_label").read_text()
    found = re.search(r"START WAL LOCATION: (\S+) \(file (\w{24})\)", label)
    assert found is not None
    said = json.loads((base.data / "backup_manifest").read_bytes())
    (span,) = said["WAL-Ranges"]
    return Manifest(
        format=FORMAT,
        sangyu=_version(),
        postgres=MAJOR,
        system=str(said["System-Identifier"]),
        timeline=span["Timeline"],
        first_segment=found.group(2),
        start_lsn=span["Start-LSN"],
        end_lsn=span["End-LSN"],
        began_at=began_at.isoformat(),
        ended_at=ended_at,
        files=len(said["Files"]),
        bytes=sum(file["Size"] for file in said["Files"]),
        data_sha256=sha256_of(base.data / "backup_manifest"),
        attachments=len(listed.split()),
        names_sha256=hashlib.sha256(listed).hexdigest(),
    )


def _forget(vault: Vault, keep: int) -> None:
    """Remove the oldest bases beyond `keep`, and the log that only they needed. Attachments stay."""
    bases = vault.whole_bases()
    for base in bases[:-keep]:
        doomed = base.folder.with_name(f".{base.folder.name}")  # no longer whole from here on
        base.folder.rename(doomed)
        shutil.rmtree(doomed)
    needed = min(base.manifest.first_segment[8:] for base in bases[-keep:])
    for path in vault.wal.glob("*.gz"):
        name = path.name.removesuffix(".gz").partition(".")[0]
        if len(name) == 24 and name[8:] < needed:
            path.unlink()
            path.with_name(f"{path.name.removesuffix('.gz')}.sha256").unlink(missing_ok=True)


def _superuser(cluster: Cluster) -> psycopg.Connection[Any]:
    return psycopg.connect(cluster.url("superuser", "postgres"), autocommit=True, connect_timeout=5)


def _value(connection: psycopg.Connection[Any], query: str) -> Any:
    row = connection.execute(query).fetchone()
    assert row is not None
    return row[0]


def _now(cluster: Cluster) -> datetime:
    with _superuser(cluster) as connection:
        moment: datetime = _value(connection, "SELECT clock_timestamp()")
    return moment.astimezone(UTC)


def _version() -> str:
    return str(tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"])


def _cannot_make(folder: Path, error: OSError) -> Trouble:
    return Trouble(
        f"无法建立备份目录 {folder}：{error.strerror}。请检查所有者和磁盘空间。",
        f"The backup folder {folder} cannot be made: {error.strerror}. Check its owner and the free space.",
    )


def _force(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
