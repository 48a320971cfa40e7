"""Several people at the same moment: real threads on real connections, which is the only proof a lock has."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connection

from sangyu.kit.errors import Refusal


def race(*verbs: Callable[[], Any]) -> list[Any]:
    """Run verbs at the same moment, each on its own connection; needs a test whose rows are committed.

    Shape: what each returned, or the Refusal it met, in the order of `verbs`.
    """
    barrier = Barrier(len(verbs))

    def run(verb: Callable[[], Any]) -> Any:
        try:
            connection.ensure_connection()
            barrier.wait(timeout=20)
            return verb()
        except Refusal as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(verbs)) as threads:
        return list(threads.map(run, verbs))


def won_and_refused(outcomes: list[Any]) -> tuple[list[Any], list[Refusal]]:
    """Part the outcomes of a race into what was done and what was refused."""
    refused = [outcome for outcome in outcomes if isinstance(outcome, Refusal)]
    return [outcome for outcome in outcomes if not isinstance(outcome, Refusal)], refused
