"""Read a backup back before anybody relies on it: every file, every segment, every attachment."""

from __future__ import annotations

import json
from datetime import datetime

from sangyu.config.backup.vault import Base, Vault, attachment_faults, sha256_of, wal_faults
from sangyu.config.setup.trouble import Trouble

SHOWN_MAX = 5


def examine(vault: Vault, base: Base, at: datetime | None = None) -> list[str]:
    """Say all that is wrong with a base and what brings it to a moment, in Chinese; empty if it can be restored.

    Raises: Trouble, if its manifest cannot be believed.
    """
    found = _data_faults(base)
    found += wal_faults(vault, base, at)
    found += attachment_faults(vault, base)
    return found


def ensure_sound(vault: Vault, base: Base, at: datetime | None) -> None:
    """Raise Trouble, naming the first few faults, if a base cannot be restored as it was."""
    found = examine(vault, base, at)
    if found:
        more = f"……共 {len(found)} 处" if len(found) > SHOWN_MAX else ""
        raise Trouble(
            f"备份 {base.folder} 已损坏，没有恢复：{'；'.join(found[:SHOWN_MAX])}{more}。"
            "若坏的是数据，请把这个目录移出 bases/ 再试，会用更早的一份；若坏的是日志，可用 --at 恢复到那一段之前。",
            f"The backup {base.folder} is damaged in {len(found)} places, see above; nothing was restored. Move it out "
            "of bases/ to use an older one, or restore to a moment before the damaged part of the log.",
        )


def _data_faults(base: Base) -> list[str]:
    """Compare every file of the copy with the list the server made of it.

    PostgreSQL's own pg_verifybackup would do the same; that of the embedded binaries dies on start.
    """
    manifest = base.data / "backup_manifest"
    if not manifest.is_file() or sha256_of(manifest) != base.manifest.data_sha256:
        return ["数据文件清单缺失或与校验值不符"]
    found = []
    listed = {"backup_manifest"}
    for file in json.loads(manifest.read_bytes())["Files"]:
        name = file["Path"] if "Path" in file else bytes.fromhex(file["Encoded-Path"]).decode(errors="surrogateescape")
        listed.add(name)
        path = base.data / name
        if not path.is_file():
            found.append(f"数据文件 {name} 缺失")
        elif path.stat().st_size != file["Size"]:
            found.append(f"数据文件 {name} 长度不对")
        elif sha256_of(path) != file["Checksum"]:
            found.append(f"数据文件 {name} 内容已改变")
    there = {str(path.relative_to(base.data)) for path in base.data.rglob("*") if not path.is_dir()}
    return found + [f"多出数据文件 {name}" for name in sorted(there - listed)]
