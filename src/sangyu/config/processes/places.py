"""Where one embedded cluster lives, and as whom it runs.

PostgreSQL refuses to run as root, and an ordinary account cannot read a clone that lies in root's home. So root's
clusters live in /var/lib/sangyu under a folder named after the clone; everybody else's live in the clone's own `var/`.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from sangyu.config.setup.trouble import Trouble

PROJECT = Path(__file__).resolve().parents[4]
SHARED_HOME = Path("/var/lib/sangyu")
ACCOUNT_NAME = "sangyu"
PORT = 5432  # never opened: it names the socket file, and each cluster has a socket folder of its own
SOCKET_PATH_MAX = 107  # bytes in sockaddr_un.sun_path, without the closing zero


@dataclass(frozen=True)
class Account:
    """The operating-system account a cluster of root's runs as."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True)
class Places:
    """The folders and files of one cluster."""

    home: Path
    binaries_home: Path | None  # where root keeps readable copies of the binaries; None: use them where installed

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def log(self) -> Path:
        return self.home / "postgres.log"

    @property
    def passwords(self) -> Path:
        return self.home / "passwords.json"

    @property
    def lock(self) -> Path:
        return self.home / "launcher.lock"

    @property
    def archiver(self) -> Path:
        """Answer the script that the server hands the finished segments of its log to."""
        return self.home / "archive.sh"

    @property
    def vault(self) -> Path:
        """Answer the file that names the folder of backups, where one was chosen."""
        return self.home / "vault"

    @property
    def title(self) -> str:
        """Name the cluster in the process list (`cluster_name`), so that its processes are known from all others."""
        return f"sangyu-{hashlib.sha256(os.fsencode(self.home)).hexdigest()[:12]}"

    @property
    def sockets(self) -> Path:
        """Answer the folder of the unix socket: in the home, or in the temporary folder if that path is too long."""
        inside = self.home / "run"
        if _fits(inside):
            return inside
        outside = Path(tempfile.gettempdir()) / f"{self.title}-{os.geteuid()}"
        if _fits(outside):
            return outside
        raise Trouble(
            f"套接字路径太长(上限 {SOCKET_PATH_MAX} 字节):{outside}。请把 TMPDIR 设为较短的目录后重试。",
            f"The socket path is longer than {SOCKET_PATH_MAX} bytes. Set TMPDIR to a shorter folder and try again.",
        )


def _fits(folder: Path) -> bool:
    return len(os.fsencode(folder / f".s.PGSQL.{PORT}")) <= SOCKET_PATH_MAX


def clone_name(project: Path) -> str:
    """Name a clone by its folder and a digest of its path, so that two clones on one machine never meet."""
    plain = re.sub(r"[^a-z0-9]+", "-", project.name.lower()).strip("-")[:24] or "clone"
    return f"{plain}-{hashlib.sha256(os.fsencode(project.resolve())).hexdigest()[:8]}"


def places_for(project: Path = PROJECT, cluster: str | None = None) -> Places:
    """Answer the places of a clone's cluster for the current user. Creates nothing.

    Unless one is named, it is the cluster `SANGYU_CLUSTER` (a name, or the folder of a restored one), else `main`.
    """
    cluster = cluster or os.environ.get("SANGYU_CLUSTER") or "main"
    binaries_home = SHARED_HOME if os.geteuid() == 0 else None
    if os.sep in cluster:
        return Places(home=Path(cluster).resolve(), binaries_home=binaries_home)
    return Places(home=shelf_for(project) / cluster, binaries_home=binaries_home)


def shelf_for(project: Path = PROJECT) -> Path:
    """Answer the folder in which all clusters of a clone stand side by side. Creates nothing."""
    if os.geteuid() == 0:
        return SHARED_HOME / clone_name(project)
    return (var_for(project) / "postgres").resolve()


def var_for(project: Path = PROJECT) -> Path:
    """Answer the folder of what a clone keeps while it runs. Creates nothing."""
    return Path(os.environ.get("SANGYU_VAR") or project / "var")


def account() -> Account | None:
    """Answer the account the database runs as, made on first need; None when the current user runs it himself."""
    if os.geteuid() != 0:
        return None
    found = _look_up()
    if found is None:
        useradd = shutil.which("useradd") or shutil.which("useradd", path="/usr/sbin:/sbin")
        if useradd is None:
            raise Trouble(
                "缺少 useradd,无法建立数据库专用账户。请安装 passwd 软件包,或改用普通用户运行 ./sangyu。",
                "useradd is missing, so the database account cannot be made. Install the package `passwd`, "
                "or run ./sangyu as an ordinary user.",
            )
        options = ["--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin"]
        made = subprocess.run(
            [useradd, *options, "--home-dir", str(SHARED_HOME), ACCOUNT_NAME], capture_output=True, text=True
        )
        found = _look_up()  # another launcher may have made it at the same moment: then useradd fails and all is well
        if found is None:
            raise Trouble(
                f"无法建立系统账户 {ACCOUNT_NAME}:{made.stderr.strip()}",
                f"The system account {ACCOUNT_NAME} could not be made: {made.stderr.strip()}",
            )
    return found


def _look_up() -> Account | None:
    try:
        entry = pwd.getpwnam(ACCOUNT_NAME)
    except KeyError:
        return None
    return Account(name=entry.pw_name, uid=entry.pw_uid, gid=entry.pw_gid)
