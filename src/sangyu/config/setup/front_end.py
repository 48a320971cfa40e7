"""The built front end: style sheet and browser modules, made from `frontend/` and the templates' class names."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from sangyu.config.setup.clone import PROJECT, VENV_PYTHON, alone, digest, var
from sangyu.config.setup.report import run, step
from sangyu.config.setup.trouble import Trouble

NODE_MAJOR_MIN = 20
BUILT = PROJECT / "build" / "static"


def is_ready() -> bool:
    """Answer whether the built files are those of the sources as they are now."""
    return _has_packages() and _is_built() and _is_translated()


def prepare() -> None:
    """Install what the front end needs and build it, where its sources changed since the last time."""
    if not (PROJECT / "package.json").is_file():
        raise Trouble("缺少 package.json,代码不完整。请重新克隆。", "package.json is missing: the clone is incomplete.")
    if is_ready():
        return
    with alone():
        npm = _npm()
        if not _has_packages():
            with step("安装前端依赖", "installing what the front end is built from"):
                _forget("packages")
                # Not `ci`: it refuses a lock that lacks the optional parts of other platforms, which a registry mirror
                # may not carry. Versions and digests of everything the lock names are kept just the same.
                quiet = ["--no-save", "--no-audit", "--no-fund", "--loglevel=error"]
                run([npm, "install", *quiet], cwd=PROJECT, trouble=_failed)
                _remember("packages", _packages())
        if not _is_built():
            with step("构建前端", "building the front end"):
                _forget("build")
                sources = _sources()  # before the build: what is saved during it is built next time
                run([npm, "run", "--silent", "build"], cwd=PROJECT, trouble=_failed)
                (var() / "static").mkdir(exist_ok=True)  # where WhiteNoise looks for collected files: it warns if not
                _remember("build", sources)
        if not _is_translated():
            with step("编译界面译文", "compiling the translations of the pages"):
                compiler: list[str | Path] = [VENV_PYTHON, "-m", "sangyu.portals.components.messages"]
                run(compiler, cwd=PROJECT, env={**os.environ, "PYTHONPATH": str(PROJECT / "src")}, trouble=_failed)
                _remember("translations", digest(_catalogues()))


_failed = Trouble(
    "前端构建失败,原因见上。请检查网络或 npm 的软件源设置后重试。",
    "The front end could not be built; the reason is above. Check the network or npm's registry and try again.",
)


def node_major() -> int | None:
    """Answer the major version of node, or None when there is none."""
    try:
        shown = subprocess.run(["node", "--version"], capture_output=True, text=True).stdout
        return int(shown.strip().lstrip("v").split(".")[0])
    except (OSError, ValueError):
        return None


def _npm() -> str:
    npm, major = shutil.which("npm"), node_major()
    if npm is None or major is None or major < NODE_MAJOR_MIN:
        found = "没有找到" if major is None else f"当前是 {major}"
        raise Trouble(
            f"构建前端需要 Node.js {NODE_MAJOR_MIN} 或更新版本和 npm({found})。"
            "请从 nodejs.org 或 NodeSource 安装后重试。",
            f"Building the front end needs Node.js {NODE_MAJOR_MIN} or newer with npm (found: {major or 'none'}). "
            "Install it from nodejs.org or NodeSource and try again.",
        )
    return npm


def _packages() -> str:
    return digest([PROJECT / "package.json", PROJECT / "package-lock.json"])


def _sources() -> str:
    """Digest everything whose change may change a built file: class names stand in templates and in Python alike."""
    package = PROJECT / "src" / "sangyu"
    frontend = (PROJECT / "frontend").rglob("*")
    pages = (path for path in (package / "portals").rglob("*") if path.suffix in {".html", ".py", ".svg"})
    return digest([*frontend, *pages, PROJECT / "package.json", PROJECT / "package-lock.json"])


def _has_packages() -> bool:
    return (PROJECT / "node_modules").is_dir() and _recalled("packages") == _packages()


def _is_built() -> bool:
    return BUILT.is_dir() and _recalled("build") == _sources()


def _catalogues() -> list[Path]:
    return sorted((PROJECT / "src" / "sangyu").glob("**/locale/*/LC_MESSAGES/*.po"))


def _is_translated() -> bool:
    catalogues = _catalogues()
    if not all(catalogue.with_suffix(".mo").is_file() for catalogue in catalogues):
        return False
    return not catalogues or _recalled("translations") == digest(catalogues)


def _stamp(what: str) -> Path:
    return var() / f"front-end-{what}.stamp"


def _recalled(what: str) -> str | None:
    stamp = _stamp(what)
    return stamp.read_text() if stamp.is_file() else None


def _remember(what: str, content: str) -> None:
    _stamp(what).write_text(content)


def _forget(what: str) -> None:
    """Let a build that breaks off count as not built."""
    _stamp(what).unlink(missing_ok=True)
