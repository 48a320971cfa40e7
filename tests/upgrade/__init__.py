"""Upgrades from the release before: a small database as that release left it, and what must hold after migrating it."""
