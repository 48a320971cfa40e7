"""`./sangyu doctor`: is this machine ready, and if not, which one command mends it.

Runs on the standard library alone, since what it looks for may be exactly what is missing.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import locale
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from sangyu.access.rules.field_keys import PROFILES, BadKeys, read_ring
from sangyu.config.processes import ports
from sangyu.config.processes.places import places_for
from sangyu.config.setup import areas, browser, environment, front_end
from sangyu.config.setup.clone import PROJECT, VENV_PYTHON
from sangyu.config.setup.trouble import Trouble

Status = Literal["ok", "warning", "wrong"]
MARKS: dict[Status, str] = {"ok": "✓", "warning": "!", "wrong": "✗"}
FREE_MB_MIN = 2_000


@dataclass(frozen=True)
class Finding:
    """What one check saw. `fix` is empty exactly when there is nothing to mend."""

    check: str
    status: Status
    found: str
    fix: str = ""


def main(argv: list[str]) -> int:
    """Print every finding; answer 1 if something is wrong. Warnings concern tests and comfort only."""
    parser = argparse.ArgumentParser(prog="./sangyu doctor", description="检查这台机器和这份代码是否就绪。")
    parser.add_argument("--json", action="store_true", help="以 JSON 输出")
    asked = parser.parse_args(argv)
    findings = list(examine())
    if asked.json:
        print(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=2))
    else:
        for finding in findings:
            print(f"{MARKS[finding.status]} {finding.check:<14} {finding.found}")
            if finding.fix:
                print(f"  {'':<14} → {finding.fix}")
    return int(any(finding.status == "wrong" for finding in findings))


def examine() -> Iterator[Finding]:
    """Make every check in turn; one that fails to run is a finding too."""
    for check in CHECKS:
        try:
            yield check()
        except (OSError, Trouble) as error:
            yield Finding(check.__name__.strip("_"), "wrong", str(error).replace("\n", " "), "按左侧原因处理后重试")


def _python() -> Finding:
    version = f"{'.'.join(map(str, sys.version_info[:3]))} ({sys.executable})"
    makers = ("ensurepip", "virtualenv", "pip")
    if not VENV_PYTHON.exists() and not any(importlib.util.find_spec(name) for name in makers):
        return Finding("python", "wrong", f"{version},不能建立环境", "apt-get install python3-venv")
    return Finding("python", "ok", version)


def _venv() -> Finding:
    if not VENV_PYTHON.exists():
        return Finding("venv", "wrong", "还没有 .venv", "运行 ./sangyu demo 会自动建立;或安装 python3-venv 后重试")
    if environment.BROKEN_OFF.exists():
        return Finding("venv", "wrong", "上次准备中断", "再次运行 ./sangyu demo,会重新建立")
    return Finding("venv", "ok", str(VENV_PYTHON.parents[1]))


def _lock() -> Finding:
    if not environment.is_ready(environment.LOCK):
        return Finding("lock", "wrong", "软件包与 requirements.lock 不一致", "运行 ./sangyu demo 会自动安装")
    return Finding("lock", "ok", "软件包与 requirements.lock 一致")


def _node() -> Finding:
    major = front_end.node_major()
    if major is None or major < front_end.NODE_MAJOR_MIN or shutil.which("npm") is None:
        found = "没有 node 或 npm" if major is None else f"node {major}"
        return Finding("node", "wrong", found, f"安装 Node.js {front_end.NODE_MAJOR_MIN} 或更新版本(含 npm)")
    return Finding("node", "ok", f"node {major}")


def _front_end() -> Finding:
    if not front_end.is_ready():
        return Finding("front end", "wrong", "还没有构建,或源文件已改动", "运行 ./sangyu demo 会自动构建")
    return Finding("front end", "ok", "已按当前源文件构建")


def _areas() -> Finding:
    if not areas.is_ready():
        return Finding("areas", "wrong", "还没有街道和社区名录", "运行 ./sangyu demo 会自动下载")
    return Finding("areas", "ok", "街道和社区名录已就绪")


def _postgres() -> Finding:
    if os.environ.get("SANGYU_DATABASE_URL"):
        return Finding("postgres", "ok", "使用 SANGYU_DATABASE_URL 指定的服务器")
    if not VENV_PYTHON.exists():
        return Finding("postgres", "wrong", "程序随软件包安装,现在还没有", "先建立 .venv(见上)")
    code = "from sangyu.config.processes import binaries, places\nprint(binaries.usable(places.places_for()))"
    asked = _ask_venv(code)
    if asked.returncode != 0:
        return Finding("postgres", "wrong", asked.stderr.strip()[-200:], "删除 .venv 后运行 ./sangyu demo")
    folder = asked.stdout.strip()
    ran = subprocess.run([f"{folder}/postgres", "--version"], capture_output=True, text=True)
    if ran.returncode != 0:
        return Finding(
            "postgres", "wrong", ran.stderr.strip()[-200:], "需要 x86_64/arm64 的 glibc 系统,或改用外部数据库"
        )
    return Finding("postgres", "ok", f"{ran.stdout.strip()} ({folder})")


def _cluster() -> Finding:
    """Start the database, or join the running one, run one procedure in it, and leave it as it was."""
    if not VENV_PYTHON.exists():
        return Finding("cluster", "wrong", "没有 .venv,无法启动数据库", "先建立 .venv(见上)")
    if os.environ.get("SANGYU_DATABASE_URL"):
        code = "import os, psycopg; psycopg.connect(os.environ['SANGYU_DATABASE_URL'], connect_timeout=5)"
    else:
        code = "from sangyu.config.processes.embedded import embedded_postgres\nwith embedded_postgres(): pass"
    asked = _ask_venv(code)
    if asked.returncode != 0:
        last = asked.stderr.strip().splitlines()[-1:] or ["没有应答"]
        return Finding("cluster", "wrong", last[0][:200], f"查看 {places_for().log}")
    return Finding("cluster", "ok", f"数据库能启动并应答({places_for().home})")


def _field_keys() -> Finding:
    """See that document numbers can be encrypted: with keys of one's own, or in a demo the clone's."""
    given = os.environ.get("SANGYU_FIELD_KEYS", "")
    if given:
        try:
            ring = read_ring(given)
        except BadKeys as bad:
            return Finding("keys", "wrong", str(bad), "./sangyu keys new 生成，写进 sangyu.env 的 SANGYU_FIELD_KEYS")
        return Finding("keys", "ok", f"证件号码以密钥“{ring.first.name}”加密（{PROFILES[ring.first.profile]}）")
    if os.environ.get("SANGYU_DEMO", "1") == "0":
        return Finding("keys", "wrong", "没有加密证件号码和收款账号的密钥", "./sangyu keys new 生成，写进 sangyu.env")
    file = PROJECT / "var" / "field.keys"
    if file.exists() and file.stat().st_mode & 0o077:
        return Finding("keys", "wrong", f"{file} 别的账号也读得到", f"chmod 600 {file}")
    return Finding("keys", "ok", f"演示用自己生成的密钥（{file}）")


def _disk() -> Finding:
    spots = {PROJECT, next(folder for folder in places_for().home.parents if folder.exists())}
    free_mb = min(shutil.disk_usage(spot).free for spot in spots) // 1_000_000
    if free_mb < FREE_MB_MIN:
        return Finding("disk", "wrong", f"剩余 {free_mb} MB", f"腾出至少 {FREE_MB_MIN} MB 空间")
    return Finding("disk", "ok", f"剩余 {free_mb} MB")


def _port() -> Finding:
    if ports.is_free("127.0.0.1", ports.FIRST):
        return Finding("port", "ok", f"{ports.FIRST} 空闲")
    holder = ports.who_listens(ports.FIRST) or "其他程序"
    return Finding("port", "warning", f"{ports.FIRST} 被占用({holder})", "停掉它,或运行 ./sangyu demo --port 0")


def _fonts() -> Finding:
    if not browser.has_chinese_font():
        return Finding(
            "fonts", "warning", "没有中文字体", "apt-get install fonts-noto-cjk fontconfig(截图和浏览器测试用)"
        )
    return Finding("fonts", "ok", "有中文字体")


def _chromium() -> Finding:
    program = browser.program()
    if program is None:
        return Finding("chromium", "warning", "没有 chromium", "apt-get install chromium(浏览器测试用)")
    return Finding("chromium", "ok", program)


def _encoding() -> Finding:
    streams, files = (sys.stdout.encoding or "").lower(), locale.getpreferredencoding(False).lower()
    if {streams, files} != {"utf-8"}:
        return Finding(
            "encoding", "wrong", f"输出 {streams},文件 {files}", "unset PYTHONIOENCODING; export PYTHONUTF8=1"
        )
    return Finding("encoding", "ok", f"输出 {streams},文件 {files}")


def _ask_venv(code: str) -> subprocess.CompletedProcess[str]:
    """Run a few lines in the prepared environment, which may not be the one we run in."""
    ours = {**os.environ, "PYTHONPATH": str(PROJECT / "src"), "PYTHONIOENCODING": "utf-8"}
    command: list[str | Path] = [VENV_PYTHON, "-c", code]
    return subprocess.run(command, env=ours, capture_output=True, encoding="utf-8", stdin=subprocess.DEVNULL)


CHECKS: tuple[Callable[[], Finding], ...] = (
    _python, _venv, _lock, _node, _front_end, _areas, _postgres, _cluster, _field_keys, _disk, _port, _fonts,
    _chromium, _encoding,
)  # fmt: skip
