"""Desks: where one kind of person, or machine, sits. They ask rooms and never one another."""
