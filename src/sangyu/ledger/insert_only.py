"""The books of this room that are evidence: the serving log-in may add rows and read them, nothing else."""

from __future__ import annotations

INSERT_ONLY_TABLES = ["ledger_journal", "ledger_entry", "ledger_hold", "ledger_holdend"]
