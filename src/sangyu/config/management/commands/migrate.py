"""Django's `migrate`, which lays a fresh database out at once before it looks what is left to do."""

from __future__ import annotations

from typing import Any

from django.core.management.commands import migrate
from django.db import connections

from sangyu.config.database.fresh import is_fresh, lay_out

# Who names a migration, or asks for less than all of it, gets Django's way.
PARTLY = ["app_label", "migration_name", "plan", "check_unapplied", "fake", "fake_initial", "prune"]


class Command(migrate.Command):
    """`python -m django migrate`."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Lay out a fresh database, then do as Django does."""
        connection = connections[options["database"]]
        if not any(options[one] for one in PARTLY) and is_fresh(connection):
            done = lay_out(connection)
            if options["verbosity"] >= 1:
                self.stdout.write(f"A fresh database, laid out as {done} migrations leave it.")
        super().handle(*args, **options)
