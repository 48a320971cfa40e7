"""Clusters that nobody will miss: each is its process's own, leaves nothing behind, and is swept up after a kill -9."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sangyu.config.processes import residents
from sangyu.config.processes.embedded import Cluster
from sangyu.config.processes.places import PROJECT, Places, places_for


def places_once(project: Path = PROJECT) -> Places:
    """Name the places of a new throw-away cluster of this process, and sweep up those of dead ones.

    Folders whose names begin with that of its home are swept up with it.
    """
    places = places_for(project, f"once-{os.getpid()}-{secrets.token_hex(2)}")
    sweep(places.home.parent)
    return places


@contextmanager
def throw_away_postgres(project: Path = PROJECT) -> Iterator[Cluster]:
    """Run an empty cluster of this process's own and leave nothing of it behind; for tests and drills.

    It does not wait for the disk: its data are gone after the block anyway.
    """
    cluster = Cluster(places_once(project), durable=False)
    cluster.open()
    try:
        yield cluster
    finally:
        cluster.close()
        remove(cluster.places)


def sweep(shelf: Path) -> None:
    """Remove throw-away clusters whose process was killed before it could do so itself."""
    for home in shelf.glob("once-*"):
        maker = home.name.split("-")[1]
        if Path("/proc", maker).exists():
            continue
        if home.is_mount():  # the small disk of a drill
            subprocess.run(["umount", "--lazy", str(home)], check=False)
        cluster = Cluster(Places(home=home, binaries_home=None))
        try:
            mine = cluster.take_charge()
        except FileNotFoundError:
            continue  # two began at once, and the other has just swept it away
        if mine:
            residents.clear(cluster.places)
            remove(cluster.places)
            cluster.close()


def remove(places: Places) -> None:
    """Remove the folders of a cluster that does not run."""
    for folder in (places.sockets, places.home):
        shutil.rmtree(folder, ignore_errors=True)
