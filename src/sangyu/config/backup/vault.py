"""A vault: the folder that holds backups, the database's log since the first of them, and the attachments.

    bases/<moment>/   one copy of the data folder, with a manifest of every file's SHA-256
    wal/              the log, segment by segment, each with its SHA-256 beside it
    files/            attachments under their hash, shared by all bases since they never change
    book.jsonl        a line for every time something was brought here, and up to which moment

A base appears under its name only when it is whole; what is being made lies under a name that begins with a dot.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from sangyu.config.setup.trouble import Trouble

FORMAT = 1
SEGMENT_BYTES = 16 * 1024 * 1024
SEGMENTS_PER_LOG = 0x1_0000_0000 // SEGMENT_BYTES
CHUNK_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Manifest:
    """What one base is; `data_sha256` and `names_sha256` seal the two lists that name everything else."""

    format: int
    sangyu: str
    postgres: int
    system: str
    timeline: int
    first_segment: str
    start_lsn: str
    end_lsn: str
    began_at: str
    ended_at: str
    files: int
    bytes: int
    data_sha256: str
    attachments: int
    names_sha256: str


@dataclass(frozen=True)
class Base:
    """One copy of the data folder."""

    folder: Path

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def names(self) -> Path:
        """Answer the list of attachments that belong to this base, a hash a line."""
        return self.folder / "attachments.txt"

    @cached_property
    def manifest(self) -> Manifest:
        """Read what the base says of itself.

        Raises: Trouble, if that was changed since, or is of a format from the future.
        """
        try:
            text = (self.folder / "manifest.json").read_bytes()
            sealed = (self.folder / "manifest.sha256").read_text().strip()
        except OSError as error:
            raise _damaged(self.folder, f"读不到清单（{error.strerror}）", "its manifest cannot be read") from error
        if hashlib.sha256(text).hexdigest() != sealed:
            raise _damaged(self.folder, "清单与校验值不符", "its manifest does not match its checksum")
        said = json.loads(text)
        if said["format"] != FORMAT:
            raise Trouble(
                f"备份 {self.folder} 的格式是 {said['format']}，这个版本只认识 {FORMAT}。请用做备份的版本恢复。",
                f"The backup {self.folder} has format {said['format']}; this release knows {FORMAT}. "
                "Restore with the release that made it.",
            )
        return Manifest(**said)

    @property
    def ended_at(self) -> datetime:
        return datetime.fromisoformat(self.manifest.ended_at)

    def seal(self, manifest: Manifest) -> None:
        """Write the manifest and its checksum."""
        text = json.dumps(asdict(manifest), indent=2).encode()
        write(self.folder / "manifest.json", text)
        write(self.folder / "manifest.sha256", hashlib.sha256(text).hexdigest().encode() + b"\n")


@dataclass(frozen=True)
class Vault:
    """A folder of backups of one database."""

    folder: Path

    @property
    def bases(self) -> Path:
        return self.folder / "bases"

    @property
    def wal(self) -> Path:
        return self.folder / "wal"

    @property
    def files(self) -> Path:
        return self.folder / "files"

    @property
    def book(self) -> Path:
        return self.folder / "book.jsonl"

    def whole_bases(self) -> list[Base]:
        """List the bases that are finished, oldest first."""
        if not self.bases.is_dir():
            return []
        return [Base(path) for path in sorted(self.bases.iterdir()) if not path.name.startswith(".")]

    def note(self, **line: Any) -> None:
        """Add a line to the book."""
        with open(self.book, "a", encoding="utf-8") as book:
            book.write(json.dumps(line) + "\n")
            book.flush()
            os.fsync(book.fileno())

    def notes(self) -> list[dict[str, Any]]:
        """Read the book; a line that was broken off by a crash counts as not written."""
        try:
            lines = self.book.read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return []
        found = []
        for line in lines:
            try:
                found.append(json.loads(line))
            except ValueError:
                continue
        return found

    def segments(self, timeline: int) -> list[str]:
        """List the archived segments of a timeline, in the order of the log."""
        prefix = f"{timeline:08X}"
        names = (path.name.removesuffix(".gz") for path in self.wal.glob(f"{prefix}*.gz"))
        return sorted(name for name in names if len(name) == 24)

    def sealed(self, timeline: int) -> list[str]:
        """List the segments that have arrived, still there or not: the checksum beside each says that it was.

        One that is arriving just now has a checksum before it has its name; it is left out.
        """
        names = (path.stem for path in self.wal.glob(f"{timeline:08X}*.sha256"))
        return sorted(name for name in names if len(name) == 24 and not (self.wal / f".{name}.part").exists())

    def segment(self, name: str) -> Path:
        return self.wal / f"{name}.gz"

    def attachment(self, name: str) -> Path:
        return self.files / name[:2] / name[2:]


def log_of(vault: Vault, base: Base, at: datetime | None) -> list[str]:
    """Name the segments that bring a base forward to a moment, or to the end, whether they are there or not.

    The end is the last segment that is there, that left its checksum or that the book says was brought, so that a tail
    cut off is missed.
    """
    manifest = base.manifest
    noted = [line for line in vault.notes() if line["timeline"] == manifest.timeline]
    reached = [line["segment"] for line in noted if at is not None and datetime.fromisoformat(line["until_at"]) >= at]
    arrived = {*vault.segments(manifest.timeline), *vault.sealed(manifest.timeline)}
    there = [name for name in arrived if name >= manifest.first_segment]
    last = min(reached) if reached else max([manifest.first_segment, *there, *(line["segment"] for line in noted)])
    return list(span(manifest.first_segment, last))


def wal_faults(vault: Vault, base: Base, at: datetime | None) -> list[str]:
    """Say what is missing or broken in the log from a base to a moment, or to the end; empty if nothing is.

    A server that replays the log takes a broken record for its end and says nothing, so this must be known before.
    """
    found = []
    for name in log_of(vault, base, at):
        if not vault.segment(name).is_file():
            found.append(f"日志 {name} 缺失")
        elif fault := _segment_fault(vault, name):
            found.append(f"日志 {name} {fault}")
    return found


def attachment_faults(vault: Vault, base: Base) -> list[str]:
    """Say which attachments of a base are missing or are not what their name says."""
    names = base.names.read_bytes()
    if hashlib.sha256(names).hexdigest() != base.manifest.names_sha256:
        return ["附件清单与校验值不符"]
    found = []
    for name in names.decode().split():
        path = vault.attachment(name)
        if not path.is_file():
            found.append(f"附件 {name} 缺失")
        elif sha256_of(path) != name:
            found.append(f"附件 {name} 内容已改变")
    return found


def unpacked(vault: Vault, name: str) -> bytes:
    """Answer the bytes of an archived segment.

    Raises: OSError or EOFError, for one that is broken.
    """
    with gzip.open(vault.segment(name)) as packed:
        return packed.read()


def span(first: str, last: str) -> Iterator[str]:
    """Name the segments of one timeline from the first to the last, both included."""
    number, until = _number(first), _number(last)
    while number <= until:
        yield f"{first[:8]}{number // SEGMENTS_PER_LOG:08X}{number % SEGMENTS_PER_LOG:08X}"
        number += 1


def sha256_of(path: Path) -> str:
    """Answer the SHA-256 of a file, in lower-case hexadecimal."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def write(path: Path, content: bytes) -> None:
    """Write a small file and force it to the disk."""
    with open(path, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _segment_fault(vault: Vault, name: str) -> str:
    """Say what is wrong with an archived segment; empty if nothing is."""
    packed = vault.segment(name)
    try:
        sealed = (vault.wal / f"{name}.sha256").read_text().strip()
    except OSError:
        return "没有校验值"
    if sha256_of(packed) != sealed:
        return "与校验值不符"
    return "" if len(unpacked(vault, name)) == SEGMENT_BYTES else "长度不对"


def _number(segment: str) -> int:
    return int(segment[8:16], 16) * SEGMENTS_PER_LOG + int(segment[16:], 16)


def _damaged(folder: Path, chinese: str, english: str) -> Trouble:
    return Trouble(
        f"备份 {folder} 已损坏：{chinese}。请把这个目录移出 bases/ 再试：会用更早的一份，日志照样补到最后。",
        f"The backup {folder} is damaged: {english}. Move it out of bases/ and try again: an older one is used then.",
    )
