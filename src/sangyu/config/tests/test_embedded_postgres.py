"""The embedded PostgreSQL comes up, is joined, survives kill -9 of itself and of its launcher, and goes down clean."""

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from sangyu.config.processes import residents
from sangyu.config.processes.embedded import PROMISES, Cluster
from sangyu.config.processes.places import PROJECT, SOCKET_PATH_MAX, Places, clone_name, places_for
from sangyu.config.processes.ready import own_environment
from sangyu.config.processes.throw_away import throw_away_postgres
from sangyu.config.setup.trouble import Trouble


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with throw_away_postgres() as running:
        yield running


def _await(condition: object, seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def test_it_answers_on_its_socket_and_on_no_port(cluster: Cluster) -> None:
    with psycopg.connect(cluster.url("app")) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        assert connection.execute("SELECT current_user").fetchone() == ("sangyu_app",)


def test_nobody_gets_in_without_the_password(cluster: Cluster) -> None:
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(cluster.url("app").replace(cluster._secrets()["app"], "guess"))


def test_passwords_are_readable_by_their_owner_alone(cluster: Cluster) -> None:
    assert stat.S_IMODE(cluster.places.passwords.stat().st_mode) == 0o600


def test_its_processes_never_belong_to_root(cluster: Cluster) -> None:
    assert cluster.pid is not None
    assert os.stat(f"/proc/{cluster.pid}").st_uid != 0


def test_a_second_launcher_joins_and_leaves_it_running(cluster: Cluster) -> None:
    second = Cluster(cluster.places, durable=False)
    second.open()
    assert not second.in_charge
    second.close()
    assert cluster.healthy()


def test_committed_rows_survive_kill_nine(cluster: Cluster) -> None:
    with psycopg.connect(cluster.url("owner"), autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (n int)")
        connection.execute("TRUNCATE kept")
        connection.execute("INSERT INTO kept VALUES (360)")
    assert cluster.pid is not None
    killed = cluster.pid
    os.kill(killed, signal.SIGKILL)
    _await(cluster.mind)
    assert cluster.pid != killed
    with psycopg.connect(cluster.url("owner")) as connection:
        assert connection.execute("SELECT n FROM kept").fetchone() == (360,)


def test_minding_a_living_database_does_nothing(cluster: Cluster) -> None:
    before = cluster.pid
    assert not cluster.mind()
    assert cluster.pid == before


LAUNCHER = """
import sys, time
from pathlib import Path
from sangyu.config.processes.embedded import Cluster
from sangyu.config.processes.places import Places
cluster = Cluster(Places(Path(sys.argv[1]), Path(sys.argv[2]) if sys.argv[2] else None))
cluster.open()
print(cluster.pid, flush=True)
time.sleep(60)
"""


@pytest.fixture
def places() -> Iterator[Places]:
    """Name a place for a durable cluster, and leave nothing there."""
    mine = places_for(cluster=f"once-{os.getpid()}-durable")
    yield mine
    cluster = Cluster(mine)
    cluster.open()
    cluster.close()
    subprocess.run(["rm", "-rf", str(mine.home), str(mine.sockets)], check=True)


def _launch(places: Places) -> tuple[subprocess.Popen[str], int]:
    command = [sys.executable, "-c", LAUNCHER, str(places.home), str(places.binaries_home or "")]
    launcher = subprocess.Popen(command, env=own_environment(), stdout=subprocess.PIPE, text=True)
    assert launcher.stdout is not None
    return launcher, int(launcher.stdout.readline())


def test_it_starts_again_right_after_its_launcher_was_killed(places: Places) -> None:
    launcher, _ = _launch(places)
    launcher.kill()
    launcher.communicate()
    cluster = Cluster(places)
    cluster.open()  # at once: the old server may still be shutting down
    try:
        assert cluster.in_charge
        assert cluster.healthy()
    finally:
        cluster.close()
    assert residents.residents(places) == []


def test_an_orphan_that_heard_of_nothing_is_cleared(places: Places) -> None:
    launcher, server = _launch(places)
    os.kill(server, signal.SIGSTOP)  # deaf: the kernel's message of the launcher's death stays unread
    launcher.kill()
    launcher.communicate()
    assert server in residents.residents(places)
    os.kill(server, signal.SIGCONT)
    cluster = Cluster(places)
    cluster.open()
    cluster.close()
    assert residents.residents(places) == []


def test_a_pid_file_left_by_a_dead_server_and_reused_by_a_stranger_is_no_obstacle(places: Places) -> None:
    cluster = Cluster(places)
    cluster.open()
    cluster.close()
    leftover = places.data / "postmaster.pid"
    leftover.write_text(f"{os.getppid()}\n{places.data}\n1\n5432\n{places.sockets}\n\n\nready\n")
    cluster.open()
    assert cluster.healthy()
    cluster.close()
    assert not leftover.exists()


def test_the_one_who_joined_takes_over_when_the_launcher_dies(places: Places) -> None:
    launcher, _ = _launch(places)
    joined = Cluster(places)
    joined.open()
    assert not joined.in_charge
    launcher.kill()
    launcher.communicate()
    _await(joined.mind)
    assert joined.in_charge
    assert joined.healthy()
    joined.close()


def test_writes_are_kept_and_a_server_that_may_lose_them_is_refused(places: Places) -> None:
    cluster = Cluster(places)
    cluster.open()
    with psycopg.connect(cluster.url("app")) as connection:
        assert [connection.execute(f"SHOW {name}").fetchone() for name in PROMISES] == [("on",)] * 3
    with psycopg.connect(cluster.url("superuser"), autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")
    cluster.close()
    with pytest.raises(Trouble, match="fsync"):
        cluster.open()
    assert not cluster.in_charge
    (places.data / "postgresql.auto.conf").write_text("")


def test_a_server_that_cannot_write_its_log_is_told_of_in_words(places: Places) -> None:
    cluster = Cluster(places)
    cluster.open()
    cluster.close()
    places.log.unlink()
    places.log.mkdir()
    with pytest.raises(Trouble, match=r"postgres\.log"):
        cluster.mind()
    assert not cluster.in_charge
    places.log.rmdir()


def test_two_clones_never_share_a_cluster(tmp_path: Path) -> None:
    one, other = tmp_path / "a" / "桑榆", tmp_path / "b" / "桑榆"
    assert clone_name(one) != clone_name(other)
    assert places_for(one).home != places_for(other).home
    assert places_for(one).title != places_for(other).title


def test_the_socket_path_fits_however_deep_the_clone_lies(tmp_path: Path) -> None:
    deep = Places(home=tmp_path / ("深" * 60), binaries_home=None)
    assert len(os.fsencode(deep.sockets / ".s.PGSQL.5432")) <= SOCKET_PATH_MAX


def test_throw_away_clusters_leave_nothing() -> None:
    with throw_away_postgres(PROJECT) as running:
        home = running.places.home
        assert home.is_dir()
    assert not home.exists()
    assert residents.residents(running.places) == []
