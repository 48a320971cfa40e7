"""The public register of streets and communities, fetched once: a city is built on real names."""

from __future__ import annotations

import os

from sangyu.config.setup.clone import PROJECT, VENV_PYTHON, alone, var
from sangyu.config.setup.report import run, step
from sangyu.config.setup.trouble import Trouble

REGISTER = PROJECT / "src" / "sangyu" / "city" / "sources.py"


def is_ready() -> bool:
    """Answer whether the register has been fetched, or this clone has no city to build on it."""
    return not REGISTER.is_file() or any((var() / "areas").glob("*.json"))


def prepare() -> None:
    """Fetch the register unless it is there. Broken off half-way: the next call fetches again."""
    if is_ready():
        return
    with alone():
        if is_ready():
            return
        with step("下载街道和社区名录", "fetching the register of streets and communities"):
            run(
                [VENV_PYTHON, "-m", "sangyu.city.sources"],
                cwd=PROJECT,
                env={**os.environ, "PYTHONPATH": str(PROJECT / "src")},
                trouble=Trouble(
                    "街道和社区名录没有取到,原因见上。请检查网络或 npm 的软件源设置后重试。",
                    "The register could not be fetched; the reason is above. Check the network or npm's registry.",
                ),
            )
