"""The way of the database's log into a vault, so that a backup can be brought forward to any moment after it.

PostgreSQL hands every finished segment of its log to a small script beside the cluster. Where a vault is named, the
script keeps the segment there; without one it lets the segment pass. So a vault is named or changed without a restart,
and a copy of the data folder started elsewhere writes into nobody's vault.
"""

from __future__ import annotations

import os
import shlex
from pathlib import Path

from sangyu.config.processes.places import Account, Places

SCRIPT = r"""#!/bin/sh
# PostgreSQL calls this for every finished segment of its log: keep it in the vault whole, once, under its own name.
set -eu
home=$(dirname "$0") segment=$1 name=$2
[ -s "$home/vault" ] || exit 0
wal=$(cat "$home/vault")/wal
part=$wal/.$name.part
[ -d "$wal" ] || { echo "the vault $wal is not there" >&2; exit 1; }
gzip -1 -n -c "$segment" > "$part"
if [ -e "$wal/$name.gz" ]; then
    # Told a second time, after a crash: the same bytes are fine, other bytes under this name are another database's.
    cmp "$part" "$wal/$name.gz"
    rm "$part"
    exit 0
fi
digest=$(sha256sum < "$part")
printf '%s\n' "${digest%% *}" > "$wal/$name.sha256"
sync "$part" "$wal/$name.sha256"
mv "$part" "$wal/$name.gz"
sync "$wal"
"""


def settings(places: Places) -> dict[str, str]:
    """Answer the server settings under which finished segments go to the script."""
    script = shlex.quote(str(places.archiver)).replace("%", "%%")
    return {"archive_mode": "on", "archive_command": f"sh {script} %p %f"}


def lay_out(places: Places) -> None:
    """Write the script where the database account can read it; one that stands there needs no room on a full disk."""
    if places.archiver.is_file() and places.archiver.read_text(encoding="utf-8") == SCRIPT:
        return
    _write(places.archiver, SCRIPT, mode=0o644)


def name_vault(places: Places, vault: Path) -> None:
    """Let every segment from the next one on go to this vault."""
    _write(places.vault, f"{vault}\n", mode=0o644)


def vault_of(places: Places) -> Path | None:
    """Answer the vault that is named, if one is."""
    try:
        return Path(places.vault.read_text(encoding="utf-8").rstrip("\n"))
    except FileNotFoundError:
        return None


def give(path: Path, account: Account | None) -> None:
    """Hand a folder and everything in it to the database account, for nobody else to read."""
    if account is None:
        return
    for folder, _, names in os.walk(path):
        os.chown(folder, account.uid, account.gid)
        for name in names:
            os.chown(os.path.join(folder, name), account.uid, account.gid, follow_symlinks=False)


def _write(path: Path, text: str, *, mode: int) -> None:
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    partial.write_text(text, encoding="utf-8")
    partial.chmod(mode)
    partial.replace(path)  # the server may be reading it just now
