"""`./sangyu` ends up here, with whatever Python there is: make the clone ready for the command, then become it."""

from __future__ import annotations

import os
import sys

from sangyu.config import cli
from sangyu.config.setup import areas, browser, environment, front_end
from sangyu.config.setup.clone import PROJECT, VENV_PYTHON
from sangyu.config.setup.report import tell
from sangyu.config.setup.trouble import Trouble


def main(argv: list[str]) -> int:
    """Prepare, then run the command; answer an exit code only where there is nothing to become."""
    command = cli.find(argv[0]) if argv else None
    try:
        if command is None or not command.is_built():
            return cli.main(argv)  # help and complaints need nothing installed
        prepare(command.needs)
    except Trouble as trouble:
        tell(str(trouble))
        return 1
    except KeyboardInterrupt:
        tell("已中断;再次运行会接着完成。 / Interrupted; run again to go on.")
        return 130
    os.environ["PYTHONPATH"] = str(PROJECT / "src")
    if environment.is_ready(environment.LOCK):
        os.execv(VENV_PYTHON, [str(VENV_PYTHON), "-m", "sangyu.config.cli", *argv])
    return cli.main(argv)  # only a command that needs nothing gets here unprepared


def prepare(needs: frozenset[cli.Need]) -> None:
    """Make ready what a command needs, in the order in which one builds on the other."""
    if "test tools" in needs:
        environment.prepare(
            environment.TEST_LOCK
        )  # holds the other lock's packages too: that one then finds them there
        browser.prepare()
    if "packages" in needs:
        environment.prepare(environment.LOCK)
    if "front end" in needs:
        front_end.prepare()
    if "areas" in needs:
        areas.prepare()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
