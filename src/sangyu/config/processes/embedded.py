"""The embedded PostgreSQL: a cluster of our own, started as a child, brought back after any kind of death.

We are the postmaster's parent and wait for it; a detached server (pg_ctl) refuses to start again right after kill -9.
Whoever holds the lock of the launcher file is in charge of the cluster. Others join: they use it and never stop it. A
lock dies with its holder, so after a kill -9 the next one in is in charge and clears what was left behind.
See docs/decisions/0002-embedded-postgresql.md.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

import psycopg
from psycopg import sql

from sangyu.config.processes import archive, binaries, residents
from sangyu.config.processes.guard import die_with_parent
from sangyu.config.processes.places import PORT, Account, Places, account, places_for
from sangyu.config.setup.report import tell
from sangyu.config.setup.trouble import Trouble

LogIn = Literal["superuser", "owner", "app"]
ROLES: dict[LogIn, str] = {"superuser": "sangyu_superuser", "owner": "sangyu_owner", "app": "sangyu_app"}
DATABASE = "sangyu"
PROMISES = ("fsync", "full_page_writes", "synchronous_commit")  # without these an acknowledged write may be lost
START_S_MAX = 60.0  # crash recovery replays the log before the first connection is let in
STOP_S_MAX = 20.0
LOG_BYTES_MAX = 10_000_000


@dataclass
class Cluster:
    """One embedded PostgreSQL. `open` it, `mind` it once a second, `close` it; or use `embedded_postgres`."""

    places: Places
    durable: bool = True  # False only for throw-away clusters: nobody will ever miss their data
    say: Callable[[str], None] = tell
    more: Mapping[str, str] = field(default_factory=dict)  # server settings for this run only
    start_s_max: float = START_S_MAX
    _server: subprocess.Popen[bytes] | None = None
    _lock: int | None = None
    _passwords: dict[str, str] | None = None
    _account: Account | None = None

    @property
    def in_charge(self) -> bool:
        """Answer whether this object started the server and will stop it."""
        return self._lock is not None

    @property
    def pid(self) -> int | None:
        """Answer the postmaster's process id, if this object is its parent."""
        return self._server.pid if self._server else None

    @property
    def ended(self) -> bool:
        """Answer whether the server we started has died."""
        return self._server is not None and self._server.poll() is not None

    @property
    def bin(self) -> Path:
        """Answer the folder of pg_dump, pg_restore, pg_basebackup and psql that fit this server."""
        return binaries.usable(self.places)

    # --- using it ---

    def url(self, log_in: LogIn = "app", database: str = DATABASE) -> str:
        """Answer the address for one log-in, understood by libpq, psycopg and our settings."""
        secret = quote(self._secrets()[log_in], safe="")
        folder = quote(str(self.places.sockets), safe="")
        return f"postgresql://{ROLES[log_in]}:{secret}@/{database}?host={folder}&port={PORT}"

    def environment(self, database: str = DATABASE) -> dict[str, str]:
        """Answer the environment variables by which a process of ours finds this database."""
        return {
            "SANGYU_DATABASE_URL": self.url("app", database),
            "SANGYU_OWNER_DATABASE_URL": self.url("owner", database),
        }

    def healthy(self) -> bool:
        """Answer whether the server runs a procedure for us, which it does not when its libraries were swapped."""
        try:
            with self._connect("postgres") as connection:
                connection.execute("DO $$ BEGIN PERFORM 1; END $$")
        except psycopg.Error:
            return False
        return True

    # --- running it ---

    def open(self) -> None:
        """Bring the database up: start it, or join the one a living launcher already runs.

        Raises: Trouble, with the server's own last words where it has any.
        """
        self._prepare_folders()
        if self.take_charge():
            self._start_safely()
        else:
            self._join()

    def mind(self) -> bool:
        """Bring the database back if it died; answer whether that was needed. Costs microseconds when all is well."""
        if self.in_charge:
            if self._server is not None and self._server.poll() is None:
                return False
            self._start_safely()
            return True
        if self.take_charge():  # the launcher we had joined is gone: its server is ours to clear and replace
            self._start_safely()
            return True
        return False

    def close(self) -> None:
        """Stop the server if we started it, and hand the cluster back. May be repeated."""
        server, self._server = self._server, None
        if server is not None:
            with suppress(ProcessLookupError):
                server.send_signal(signal.SIGINT)  # fast: sessions end, everything is written
            try:
                server.wait(STOP_S_MAX)
            except subprocess.TimeoutExpired:
                server.send_signal(signal.SIGQUIT)
                server.wait()
        lock, self._lock = self._lock, None
        if lock is not None:
            os.close(lock)

    # --- starting ---

    def _prepare_folders(self) -> None:
        self._account = account()
        home = self.places.home
        try:
            home.mkdir(mode=0o755, parents=True, exist_ok=True)
        except OSError as error:
            raise Trouble(
                f"无法建立数据目录 {home}:{error.strerror}。请检查该目录的所有者和磁盘空间。",
                f"The data folder {home} cannot be made: {error.strerror}. Check its owner and the free space.",
            ) from error
        sockets = self.places.sockets
        sockets.mkdir(mode=0o700, exist_ok=True)
        if sockets.is_symlink() or sockets.stat().st_uid not in {os.geteuid(), self._uid()}:
            raise Trouble(
                f"套接字目录 {sockets} 属于别人,不能使用。请删除它后重试。",
                f"The socket folder {sockets} belongs to somebody else. Remove it and try again.",
            )
        os.chown(sockets, self._uid(), self._gid())

    def take_charge(self) -> bool:
        """Take the launcher's lock if it is free; answer whether it is ours now."""
        lock = os.open(self.places.lock, os.O_RDWR | os.O_CREAT, 0o600)  # stays open for as long as we are in charge
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            return False
        self._lock = lock
        return True

    def _join(self) -> None:
        """Wait for the server another launcher runs; take over if that launcher goes away meanwhile."""
        began = time.monotonic()
        while not (self.places.passwords.is_file() and self.healthy()):
            if self.take_charge():
                self._start_safely()
                return
            if time.monotonic() - began > START_S_MAX:
                raise Trouble(
                    f"另一个桑榆进程占用了数据库,但数据库没有应答。请查看 {self.places.log}。",
                    f"Another Sangyu process holds the database, but it does not answer. See {self.places.log}.",
                )
            time.sleep(0.1)

    def _start_safely(self) -> None:
        """Start the server in a data folder nobody lives in any more; give the cluster back if that fails."""
        try:
            orphans = residents.clear(self.places)
            if orphans:
                self.say(f"已清理上次遗留的 {orphans} 个数据库进程 / cleared {orphans} database processes left behind")
            if not (self.places.data / "PG_VERSION").is_file():
                self._initialise()
            self._check_version()
            self._start()
            self._furnish()
        except OSError as error:
            self.close()
            raise Trouble(
                f"数据库启动不了,{error.filename or self.places.home}:{error.strerror}。请检查磁盘空间和所有者。",
                f"The database cannot start, {error.filename or self.places.home}: {error.strerror}. "
                "Check the free space and the owner.",
            ) from error
        except psycopg.OperationalError as error:
            self.close()
            raise Trouble(
                f"数据库刚启动又断开了。请查看它的日志 {self.places.log}。",
                f"The database went away as soon as it had started. See its log {self.places.log}.",
            ) from error
        except BaseException:
            self.close()
            raise

    def _initialise(self) -> None:
        """Make the cluster in a folder beside, and move it in place when it is whole."""
        fresh = self.places.data.with_name("data.new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        os.chown(fresh, self._uid(), self._gid())
        self._passwords = {log_in: secrets.token_urlsafe(24) for log_in in ROLES}
        word = self.places.home / "first-password"
        _write_private(word, self._passwords["superuser"])
        os.chown(word, self._uid(), self._gid())
        command = [self.bin / "initdb", "-D", fresh, "-U", ROLES["superuser"], f"--pwfile={word}"]
        command += ["--auth=scram-sha-256", "--encoding=UTF8", "--data-checksums"]
        # The built-in locale sorts alike on every machine; a C library's own changes with its updates.
        command += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        if not self.durable:
            command.append("--no-sync")
        try:
            made = subprocess.run(
                [str(part) for part in command], capture_output=True, text=True, stdin=subprocess.DEVNULL, **self._as()
            )
        finally:
            word.unlink(missing_ok=True)
        if made.returncode != 0:
            raise Trouble(
                f"数据库初始化失败:{made.stderr.strip()[-600:]}",
                f"initdb failed (exit {made.returncode}); its own words are above.",
            )
        _write_private(self.places.passwords, json.dumps(self._passwords))
        fresh.rename(self.places.data)

    def _check_version(self) -> None:
        major = int((self.places.data / "PG_VERSION").read_text().strip())
        if major != binaries.MAJOR:
            raise Trouble(
                f"数据目录属于 PostgreSQL {major},而程序是 {binaries.MAJOR}。请先用旧版本备份再恢复。",
                f"{self.places.data} belongs to PostgreSQL {major}, the binaries are {binaries.MAJOR}. "
                "Back up with the old release and restore with this one.",
            )

    def _start(self) -> None:
        options = {
            "cluster_name": self.places.title,
            "unix_socket_directories": str(self.places.sockets),
            "unix_socket_permissions": "0700",
            "listen_addresses": "",  # reachable by its socket only
            "port": str(PORT),
            "jit": "off",  # our queries are short: compiling them costs more than it saves
            "max_wal_size": "512MB",
            "log_line_prefix": "%m [%p] %q%u@%d ",
        }
        if self.durable:
            archive.lay_out(self.places)
            options |= archive.settings(self.places)
        else:
            options |= {"fsync": "off", "full_page_writes": "off"}
        options |= self.more
        command = [str(self.bin / "postgres"), "-D", str(self.places.data)]
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        began = self.places.log.stat().st_size if self.places.log.is_file() else 0
        if began > LOG_BYTES_MAX:
            self.places.log.rename(self.places.log.with_suffix(".log.1"))
            began = 0
        with open(self.places.log, "ab") as log:
            self._server = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C in the terminal reaches us, not the database
                preexec_fn=die_with_parent(signal.SIGINT),
                **self._as(),
            )
        self._await_answer(began)

    def _await_answer(self, log_from: int) -> None:
        assert self._server is not None
        deadline = time.monotonic() + self.start_s_max
        while not self.healthy():
            ended = self._server.poll()
            if ended is not None or time.monotonic() > deadline:
                words = self.places.log.read_bytes()[log_from:].decode(errors="replace").strip()[-800:]
                raise Trouble(
                    f"数据库没有启动(退出码 {ended})。它的日志 {self.places.log}:\n{words}",
                    "The database did not start; its own words are above.",
                )
            time.sleep(0.03)

    def _furnish(self) -> None:
        """Make the log-ins and the database, once; and refuse to serve from a server that may lose writes."""
        with self._connect("postgres") as connection:
            known = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
            rights = {"owner": "LOGIN CREATEDB", "app": "LOGIN"}
            for log_in in ("owner", "app"):
                if ROLES[log_in] not in known:
                    statement = sql.SQL("CREATE ROLE {} " + rights[log_in] + " PASSWORD {}")
                    connection.execute(
                        statement.format(sql.Identifier(ROLES[log_in]), sql.Literal(self._secrets()[log_in]))
                    )
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                statement = sql.SQL("CREATE DATABASE {} OWNER {}")
                connection.execute(statement.format(sql.Identifier(DATABASE), sql.Identifier(ROLES["owner"])))
            if self.durable:
                off = [name for name in PROMISES if _setting(connection, name) != "on"]
                if off:
                    raise Trouble(
                        f"数据库的持久性设置被关闭:{'、'.join(off)}。请从 {self.places.data} 的配置中恢复。",
                        f"The database may lose acknowledged writes, these are off: {', '.join(off)}. "
                        f"Mend the configuration in {self.places.data}.",
                    )

    # --- small things ---

    def _connect(self, database: str) -> psycopg.Connection[tuple[str]]:
        return psycopg.connect(self.url("superuser", database), autocommit=True, connect_timeout=5)

    def _secrets(self) -> dict[str, str]:
        if self._passwords is None:
            try:
                self._passwords = json.loads(self.places.passwords.read_text())
            except OSError as error:
                raise Trouble(
                    f"读不到数据库口令文件 {self.places.passwords}:{error.strerror}。请用启动数据库的同一用户运行。",
                    f"The password file {self.places.passwords} cannot be read: {error.strerror}. "
                    "Run as the user who started the database.",
                ) from error
        return self._passwords

    def _uid(self) -> int:
        return self._account.uid if self._account else os.geteuid()

    def _gid(self) -> int:
        return self._account.gid if self._account else os.getegid()

    def _as(self) -> dict[str, Any]:
        """Answer the `subprocess` arguments of a program that runs as the database account, in a clean environment."""
        quiet: dict[str, Any] = {"cwd": self.places.home, "env": {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}}
        if self._account:
            quiet |= {"user": self._account.uid, "group": self._account.gid, "extra_groups": []}
        return quiet


def _setting(connection: psycopg.Connection[tuple[str]], name: str) -> str:
    row = connection.execute("SELECT current_setting(%s)", [name]).fetchone()
    assert row is not None
    return row[0]


def _write_private(path: Path, text: str) -> None:
    """Write a file only its owner may read, whole or not at all."""
    partial = path.with_name(f"{path.name}.{os.getpid()}")
    partial.unlink(missing_ok=True)
    with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    partial.rename(path)


@contextmanager
def embedded_postgres(places: Places | None = None, *, say: Callable[[str], None] = tell) -> Iterator[Cluster]:
    """Run this clone's database for the length of a block, or join it if it already runs."""
    cluster = Cluster(places or places_for(), say=say)
    cluster.open()
    try:
        yield cluster
    finally:
        cluster.close()
