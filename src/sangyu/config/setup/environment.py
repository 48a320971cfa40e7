"""The Python environment of a clone: `.venv`, filled from a lock that names every package by its digest."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from sangyu.config.setup.clone import PROJECT, VENV, VENV_PYTHON, alone, digest
from sangyu.config.setup.report import run, step, tell
from sangyu.config.setup.trouble import Trouble

STAMP = VENV / "sangyu-locks.json"  # lies inside, so that whoever removes the environment removes its record
BROKEN_OFF = VENV / "sangyu-unfinished"  # lies there while packages are being changed
LOCK = PROJECT / "requirements.lock"
TEST_LOCK = PROJECT / "requirements-test.lock"


def is_ready(lock: Path) -> bool:
    """Answer whether `.venv` holds exactly what the lock names."""
    return VENV_PYTHON.exists() and not BROKEN_OFF.exists() and _stamped().get(lock.name) == digest([lock])


def prepare(lock: Path = LOCK) -> None:
    """Make `.venv` hold what the lock names. Repeated: no effect. Broken off half-way: the next call starts afresh."""
    if is_ready(lock):
        return
    with alone():
        if is_ready(lock):  # the other terminal did it
            return
        if BROKEN_OFF.exists() or (VENV.exists() and not _runs(VENV_PYTHON)):
            tell("· 上次准备没有完成,重新建立 .venv / the last set-up broke off, making .venv anew")
            shutil.rmtree(VENV)
        if not VENV.exists():
            with step("建立 Python 环境", "making the Python environment"):
                _make()
        with step(f"安装 {lock.name} 中的软件包", f"installing the packages of {lock.name}"):
            _install(lock)


def _make() -> None:
    """Make an empty environment that is marked unfinished from its first moment on."""
    fresh = VENV.with_name(f".venv.{os.getpid()}")
    shutil.rmtree(fresh, ignore_errors=True)
    try:
        fresh.mkdir()
    except OSError as error:
        raise Trouble(
            f"无法写入 {PROJECT}:{error.strerror}。请把代码目录交给当前用户,或自己克隆一份。",
            f"{PROJECT} cannot be written: {error.strerror}. Run as its owner, or clone it yourself.",
        ) from error
    (fresh / BROKEN_OFF.name).touch()
    fresh.rename(VENV)
    python = _base_python()
    trouble = Trouble("建立 .venv 失败,原因见上。", "The environment could not be made; the reason is above.")
    if _imports(python, "pip"):  # it can fill the environment from outside: a copy inside would cost seconds
        run([python, "-m", "venv", "--without-pip", VENV], cwd=PROJECT, trouble=trouble)
    elif _imports(python, "ensurepip") or _install_from_debian():
        run([python, "-m", "venv", VENV], cwd=PROJECT, trouble=trouble)
    elif _imports(python, "virtualenv"):
        run([python, "-m", "virtualenv", "--quiet", VENV], cwd=PROJECT, trouble=trouble)
    else:
        raise Trouble(
            "这台机器的 Python 没有 venv 和 pip。请安装:sudo apt-get install python3-venv,然后重试。",
            "This Python has neither venv nor pip. Install them: sudo apt-get install python3-venv, and try again.",
        )


def _install(lock: Path) -> None:
    """Install by digest only. `.venv` counts as unfinished until the last package is in."""
    BROKEN_OFF.touch()
    pip: list[str | Path] = [VENV_PYTHON, "-m", "pip"]
    if not _imports(VENV_PYTHON, "pip"):  # an environment without pip is filled by the pip outside it
        pip = [_base_python(), "-m", "pip", "--python", VENV_PYTHON]
    run(
        [*pip, "install", "--require-hashes", "--no-input", "--disable-pip-version-check", "-q", "-r", lock],
        cwd=PROJECT,
        trouble=Trouble(
            "安装软件包失败,原因见上。请检查网络或 pip 的软件源设置后重试。",
            "Installing failed; the reason is above. Check the network or pip's index settings and try again.",
        ),
    )
    STAMP.write_text(json.dumps(_stamped() | {lock.name: digest([lock])}, indent=1))
    BROKEN_OFF.unlink()


def _install_from_debian() -> bool:
    """Install Debian's `python3-venv` when root may; answer whether venv works now."""
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        return False
    tell("· 安装 python3-venv / installing python3-venv …")
    install_packages(apt, ["python3-venv", f"python3.{sys.version_info.minor}-venv"])
    return _imports(_base_python(), "ensurepip")


def install_packages(apt: str, names: list[str]) -> bool:
    """Install Debian packages one by one, since one unknown name fails a whole command; answer whether all came."""
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run([apt, "update", "-qq"], capture_output=True, env=quiet)
    command = [apt, "install", "-y", "-qq", "--no-install-recommends"]
    codes = [subprocess.run([*command, name], capture_output=True, env=quiet).returncode for name in names]
    return not any(codes)


def _base_python() -> Path:
    """Answer the interpreter outside `.venv`, which survives the removal of the latter."""
    return Path(getattr(sys, "_base_executable", sys.executable))


def _imports(python: Path, module: str) -> bool:
    if python == Path(sys.executable):
        return importlib.util.find_spec(module) is not None
    return subprocess.run([python, "-c", f"import {module}"], capture_output=True).returncode == 0


def _runs(python: Path) -> bool:
    try:
        return subprocess.run([python, "-I", "-S", "-c", ""], capture_output=True).returncode == 0
    except OSError:
        return False


def _stamped() -> dict[str, str]:
    try:
        known: dict[str, str] = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return {}
    return known
