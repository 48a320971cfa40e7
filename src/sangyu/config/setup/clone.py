"""The folders of this clone that set-up reads and fills."""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sangyu.config.setup.report import tell
from sangyu.config.setup.trouble import Trouble

PROJECT = Path(__file__).resolve().parents[4]
VENV = PROJECT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"


def var() -> Path:
    """Answer the folder for everything a clone makes for itself, made on first need."""
    folder = Path(os.environ.get("SANGYU_VAR") or PROJECT / "var").resolve()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Trouble(
            f"无法写入 {folder}:{error.strerror}。请把代码目录交给当前用户,或用它的所有者运行。",
            f"{folder} cannot be written: {error.strerror}. Run as the owner of this clone, or clone it yourself.",
        ) from error
    return folder


@contextmanager
def alone() -> Iterator[None]:
    """Let one set-up work on this clone at a time; a second one waits for the first."""
    path = var() / "setup.lock"
    try:
        lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise Trouble(
            f"无法写入 {path}:{error.strerror}。请用第一次运行 ./sangyu 的用户运行。",
            f"{path} cannot be written: {error.strerror}. Run as the user who ran ./sangyu first.",
        ) from error
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            tell("· 另一个终端正在准备,等待它完成 / another terminal is setting up, waiting for it …")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def digest(files: Iterable[Path]) -> str:
    """Answer one digest over names and contents of files; files that are not there count as not there."""
    total = hashlib.sha256()
    for path in sorted(files):
        if path.is_file():
            total.update(str(path.relative_to(PROJECT)).encode() + b"\0")
            total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()
