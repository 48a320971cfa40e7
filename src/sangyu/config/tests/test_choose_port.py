"""A taken port is named with its holder; zero takes the next free one."""

import os
import socket
from collections.abc import Iterator

import pytest

from sangyu.config.processes import ports
from sangyu.config.setup.trouble import Trouble

HOST = "127.0.0.1"


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server((HOST, 0)) as server:
        yield server.getsockname()[1]


def test_a_taken_port_is_refused_and_its_holder_named(taken: int) -> None:
    with pytest.raises(Trouble, match=f"pid {os.getpid()}"):
        ports.choose(HOST, taken)


def test_zero_chooses_a_free_port() -> None:
    port = ports.choose(HOST, 0)
    assert port >= ports.FIRST
    assert ports.is_free(HOST, port)


def test_a_free_port_is_taken_as_asked(taken: int) -> None:
    free = next(port for port in range(taken + 1, 65536) if ports.is_free(HOST, port))
    assert ports.choose(HOST, free) == free
