"""Whether the tests that stand on a real database bite: mistakes that good people make are put in, one at a time.

Each is one change of the code, in a copy, with the tests that must then fail. They pass before; a change that can no
longer be made (the code has moved on) is told and counts as missed, so that this list stays true.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from _figures import tell

PROJECT = Path(__file__).resolve().parents[1]
COPIED = ("src", "tests", "packs", "docs", "locale", "tools", "ops", "conftest.py", "pyproject.toml")


@dataclass(frozen=True)
class Bug:
    """A mistake: in which file what is replaced by what, and the tests that notice it."""

    name: str
    file: str
    was: str
    becomes: str
    tests: str


BUGS = (
    Bug(
        "whoever loses a race is not given a second look",
        "ledger/actions/accounts.py",
        """    except IntegrityError:
        with transaction.atomic():
            return work()
""",
        """    except IntegrityError:
        raise
""",
        "ledger/tests/test_races.py",
    ),
    Bug(
        "a used key is not compared with the wish",
        "ledger/actions/transfers.py",
        "if found.body_hash != body_hash:",
        "if False:",
        "ledger/tests/test_transfer.py",
    ),
    Bug(
        "money goes through a float",
        "kit/money.py",
        "size = (2 * abs(numerator) + denominator) // (2 * denominator)",
        "size = int(abs(numerator) / denominator + 0.5)",
        "kit/tests/test_money.py",
    ),
    Bug(
        "a community sees every order",
        "orders/queries.py",
        "return rows.filter(community__code__startswith=viewer.area_code)",
        "return rows",
        "orders/tests/test_read.py",
    ),
    Bug(
        "a programme sees the orders of another",
        "orders/queries.py",
        "rows = Order.objects.filter(programme_id=viewer.programme_id).select_related(",
        "rows = Order.objects.select_related(",
        "orders/tests/test_read.py",
    ),
    Bug(
        "the tail of the audit chain is not checked",
        "access/queries/book.py",
        "if (head.n, head.hash) != (expected, previous):",
        "if head.n < expected:",
        "access/tests/test_verify_chain.py",
    ),
    Bug(
        "an order forgets its key",
        "orders/actions.py",
        "order_id = id_of(programme_id=by.programme_id, key=key)",
        'order_id = id_of(programme_id=by.programme_id, key=f"{key}{at.isoformat()}")',
        "orders/tests/test_place.py",
    ),
    Bug(
        "the elder is not locked while an order is priced",
        "orders/actions.py",
        "elder = Elder.objects.select_for_update().filter(pk=elder_id, programme_id=by.programme_id).first()",
        "elder = Elder.objects.filter(pk=elder_id, programme_id=by.programme_id).first()",
        "orders/tests/test_races.py",
    ),
    Bug(
        "two dispatchers fill the last place of a day",
        "dispatch/actions/steps.py",
        "firm = Enterprise.objects.select_for_update().get(pk=enterprise_id)",
        "firm = Enterprise.objects.get(pk=enterprise_id)",
        "dispatch/tests/test_races.py",
    ),
    Bug(
        "an expired licence is believed",
        "dispatch/rules.py",
        "    if lapsed is not None:",
        "    if lapsed is not None and False:",
        "dispatch/tests/test_rules.py",
    ),
    Bug(
        "a worker is named for two elders at once",
        "dispatch/actions/assign.py",
        "Worker.objects.select_for_update()",
        "Worker.objects.all()",
        "dispatch/tests/test_races.py",
    ),
    Bug(
        "a second lunch is not seen by the other till",
        "meals/actions.py",
        "Elder.objects.select_for_update().get(pk=elder_id)  # two tills",
        "Elder.objects.get(pk=elder_id)  # two tills",
        "meals/tests/test_races.py",
    ),
    Bug(
        "a visit to the dead is paid",
        "settlement/rules.py",
        "if delivery.died_before:",
        "if False:",
        "settlement/tests/test_rules.py",
    ),
    Bug(
        "whoever drew up the run signs it",
        "settlement/actions/sign.py",
        "    if _had_a_hand(run, by):",
        "    if False:",
        "settlement/tests/test_sign.py",
    ),
    Bug(
        "whoever signed pays",
        "settlement/actions/pay.py",
        "if by.pk in {row.by_id for row in signatures}:",
        "if False:",
        "settlement/tests/test_pay.py",
    ),
    Bug(
        "two clerks pay at once",
        "settlement/actions/sign.py",
        "run = Run.objects.select_for_update().filter(pk=run_id",
        "run = Run.objects.filter(pk=run_id",
        "settlement/tests/test_pay.py settlement/tests/test_sign.py",
    ),
    Bug(
        "a leaf can pass for a node",
        "settlement/rules.py",
        'return _hash(b"\\x00", f"{charge_id}',
        'return _hash(b"\\x01", f"{charge_id}',
        "settlement/tests/test_rules.py",
    ),
    Bug(
        "a slow stream keeps everything",
        "portals/live/hub.py",
        "if len(self._unread) >= UNREAD_MAX:",
        "if False:",
        "portals/live/tests/test_listener.py",
    ),
    Bug(
        "a stream hears other programmes",
        "portals/live/hub.py",
        "news.told.programme_id == self.programme_id and ",
        "",
        "portals/live/tests/test_listener.py",
    ),
    Bug(
        "a booked row can be deleted",
        "kit/insert_only.py",
        "BEFORE UPDATE OR DELETE ON",
        "BEFORE UPDATE ON",
        "kit/tests/test_insert_only.py",
    ),
    Bug(
        "nothing has to be said about what is let go of a hold",
        "ledger/rules.py",
        "if voided and not reason.strip():",
        "if False:",
        "ledger/tests/test_rules.py",
    ),
)


def main(wanted: list[str]) -> int:
    began = time.perf_counter()
    missed = []
    with tempfile.TemporaryDirectory(prefix="sangyu-bugs-") as place:
        folder = Path(place)
        for name in COPIED:
            if (PROJECT / name).is_dir():
                shutil.copytree(PROJECT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
            elif (PROJECT / name).exists():
                shutil.copy(PROJECT / name, folder / name)
        (folder / "build").symlink_to(PROJECT / "build")
        (folder / "node_modules").symlink_to(PROJECT / "node_modules")
        bugs = [bug for bug in BUGS if not wanted or any(word in bug.name for word in wanted)]
        tests = sorted({test for bug in bugs for test in bug.tests.split()})
        if _run(folder, tests):
            print("the tests do not pass as they are; nothing was measured", file=sys.stderr)
            return 1
        for bug in bugs:
            file = folder / "src" / "sangyu" / bug.file
            code = file.read_text(encoding="utf-8")
            if code.count(bug.was) != 1:
                print(f"not put in, the code has moved on: {bug.name}", file=sys.stderr)
                missed.append(bug.name)
                continue
            file.write_text(code.replace(bug.was, bug.becomes), encoding="utf-8")
            noticed = _run(folder, bug.tests.split())
            file.write_text(code, encoding="utf-8")
            print(f"{'noticed' if noticed else 'MISSED'}: {bug.name}", file=sys.stderr, flush=True)
            if not noticed:
                missed.append(bug.name)
    tell(
        "seeded_bugs",
        figure=len(missed),
        unit="mistakes that no test noticed",
        limit=1,
        size=f"{len(bugs)} mistakes",
        seconds=round(time.perf_counter() - began),
        missed=missed,
    )
    return 1 if missed else 0


def _run(folder: Path, tests: list[str]) -> bool:
    """Run tests in the copy; tell whether one of them failed. Raises: RuntimeError, when they did not run at all."""
    environment = {name: value for name, value in os.environ.items() if name != "SANGYU_DATABASE_URL"}
    paths = [f"src/sangyu/{test}" for test in tests]
    run = [sys.executable, "-m", "pytest", *paths, "-q", "-x", "-p", "no:cacheprovider"]
    done = subprocess.run(run, cwd=folder, env=environment, capture_output=True, text=True)
    if done.returncode not in (0, 1):
        raise RuntimeError(done.stdout[-3000:] + done.stderr[-1000:])
    return done.returncode == 1


sys.exit(main(sys.argv[1:]))
