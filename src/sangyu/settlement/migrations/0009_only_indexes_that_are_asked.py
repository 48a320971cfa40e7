"""Only the indexes that something asks for: see docs/decisions/0018-indexes.md."""

from django.db import migrations

from sangyu.access.reindexing import Reindex


class Migration(migrations.Migration):
    dependencies = [
        ("settlement", "0008_insert_only_ledger_sums"),
    ]

    operations = [
        Reindex(
            keys={
                "line": ["statement", "charge"],
                "withheld": ["run"],
            },
        ),
    ]
