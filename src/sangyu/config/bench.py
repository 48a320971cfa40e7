"""`./sangyu bench`: the published figures, each by a script of its own under bench/."""

from __future__ import annotations

import os
import subprocess
import sys

from sangyu.config.processes.places import PROJECT

FOLDER = PROJECT / "bench"


def main(argv: list[str]) -> int:
    """Run the named benchmarks, or all; answer 1 if one of them failed, 2 if there is none of that name."""
    there = sorted(path.stem for path in FOLDER.glob("*.py") if not path.stem.startswith("_"))
    unknown = [name for name in argv if name not in there]
    if unknown:
        print(f"没有“{unknown[0]}”这项测量。现有：{'、'.join(there)}", file=sys.stderr)
        return 2
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(PROJECT / "src"), str(PROJECT), str(FOLDER)]),
        "DJANGO_SETTINGS_MODULE": "sangyu.config.settings",
    }
    failed = [
        name
        for name in argv or there
        if subprocess.run([sys.executable, str(FOLDER / f"{name}.py")], env=environment, check=False).returncode
    ]
    return 1 if failed else 0
