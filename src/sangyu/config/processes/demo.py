"""`./sangyu demo`: the whole house on one machine - database, city, web server, job worker - until Ctrl-C."""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import json
import os
import signal
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from sangyu.config.processes import places, ports
from sangyu.config.processes.ready import database_ready, own_environment
from sangyu.config.processes.supervisor import Service, supervise
from sangyu.config.setup.report import tell
from sangyu.config.setup.trouble import Trouble

CITY = "sangyu.city.demo"
ANSWER_S_MAX = 60.0


def main(argv: list[str]) -> int:
    """Build the city and, unless `--once`, serve it."""
    parser = argparse.ArgumentParser(prog="./sangyu demo", description="启动演示:建一座城并打开网页,Ctrl-C 结束。")
    parser.add_argument("--port", type=int, default=ports.FIRST, help="网页端口(默认 8000;0 为自动选择空闲端口)")
    parser.add_argument("--host", default="127.0.0.1", help="监听地址(默认只在本机)")
    parser.add_argument("--once", action="store_true", help="建城、走完一遍就结束,不开网页")
    parser.add_argument("--json", action="store_true", help="结果以一个 JSON 对象输出到标准输出")
    asked = parser.parse_args(argv)
    port = None if asked.once else ports.choose(asked.host, asked.port)  # a taken port is better known at once

    for name in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, _interrupt)  # end as on Ctrl-C: in order, leaving nothing behind
    os.environ.setdefault("SANGYU_CLOCK_FILE", str(places.var_for() / "demo" / "clock"))
    began = time.monotonic()
    with _answer_apart() as answer, database_ready() as cluster:
        tell(f"✓ 数据库就绪 / database ready: {time.monotonic() - began:.1f} s")
        told = _play(once=asked.once, as_json=asked.json)
        if asked.json:
            answer.append(json.dumps(told, ensure_ascii=False, default=str))
        if port is None:
            if not asked.json:
                answer += [f"{name}: {value}" for name, value in told.items()]
            return 0
        stop = threading.Event()
        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(name, lambda *_: stop.set())
        threading.Thread(target=_announce, args=(asked.host, port, stop), daemon=True).start()
        supervise(_services(asked.host, port), cluster=cluster, stop=stop, say=tell)
        tell("· 正在停止 / stopping …")
    return 0


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _play(*, once: bool, as_json: bool) -> dict[str, object]:
    """Build the city and play its first days.

    Raises: Trouble, if only the answer was asked for and this clone has no city to give one.
    """
    if importlib.util.find_spec(CITY) is None:
        if once:
            raise Trouble("这份代码里没有演示城,无法给出结果。", "This clone has no demo city, so there is no answer.")
        return {}
    told: dict[str, object] = importlib.import_module(CITY).run(once=once, json=as_json, progress=tell)
    from django.db import connections

    connections.close_all()  # the supervisor itself needs no session while it watches
    return told


@contextmanager
def _answer_apart() -> Iterator[list[str]]:
    """Send to stderr whatever anything prints meanwhile; print the collected answer alone on stdout afterwards."""
    sys.stdout.flush()
    answer: list[str] = []
    stdout = os.dup(1)
    os.dup2(2, 1)
    try:
        yield answer
    finally:
        sys.stdout.flush()
        os.dup2(stdout, 1)
        os.close(stdout)
    for line in answer:
        print(line)


def _services(host: str, port: int) -> list[Service]:
    """List what serves, in the order in which it is stopped: first nobody comes in, then the work is put down."""
    environment = own_environment()
    environment.pop("SANGYU_OWNER_DATABASE_URL", None)  # who serves never learns the owner's password
    environment["SANGYU_STAGE"] = "1"
    web = [sys.executable, "-m", "granian", "sangyu.config.asgi:application", "--interface", "asgi"]
    web += ["--host", host, "--port", str(port), "--workers", "1", "--workers-kill-timeout", "5"]
    web += ["--log-level", "warning"]  # an open event stream would hold a stop for ever: hence the kill time-out
    return [
        Service("web", web, environment),
        Service("worker", [sys.executable, "-m", "sangyu.config.processes.worker"], environment),
    ]


def _announce(host: str, port: int, stop: threading.Event) -> None:
    """Say where the pages are once they answer."""
    address = f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}/"
    deadline = time.monotonic() + ANSWER_S_MAX
    while not stop.wait(0.2) and time.monotonic() < deadline:
        try:
            urllib.request.urlopen(address, timeout=5).close()
        except urllib.error.HTTPError:
            pass  # it answers: that is enough
        except OSError:
            continue
        tell(f"✓ 桑榆已启动:{address} (Ctrl-C 结束) / Sangyu is up, Ctrl-C ends it")
        return
    if not stop.is_set():
        tell(f"! {address} 没有应答,请看上面的日志 / no answer there, see the log above")
