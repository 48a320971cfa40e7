"""Every decision that a paid month stored is taken again by the pack version it names, with the same answer."""

from __future__ import annotations

from collections import Counter

from django.apps import apps
from django.db.models import JSONField

from sangyu.adoption import queries as adoption_read

COLUMNS = {"decision", "decisions", "quote"}


def stored_decisions():
    """List every decision in every table: in columns of decisions, and in the quotes of orders."""
    for model in apps.get_models():
        for field in model._meta.get_fields():
            if isinstance(field, JSONField) and field.name in COLUMNS:
                for said in model.objects.exclude(**{field.name: None}).values_list(field.name, flat=True).iterator():
                    said = said.get("decisions", [said]) if isinstance(said, dict) else said
                    yield from ((model._meta.db_table, one) for one in said if one)


def test_every_stored_decision_of_a_paid_month_comes_out_again(cast):
    cast.visited()
    cast.paid(cast.drawn_up())
    seen: Counter[str] = Counter()
    for table, stored in stored_decisions():
        again = adoption_read.decided_again(stored)
        assert again.same, (table, stored, again.different, again.why)
        assert len(stored["digest"]) == 16
        seen[table] += 1
    assert {"orders_order", "benefits_charge", "settlement_statement", "registry_elder"} <= set(seen), seen
