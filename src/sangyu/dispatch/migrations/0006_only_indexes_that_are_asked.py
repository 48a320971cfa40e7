"""Only the indexes that something asks for: see docs/decisions/0018-indexes.md."""

from django.db import migrations, models

from sangyu.access.reindexing import Reindex


class Migration(migrations.Migration):
    dependencies = [
        ("dispatch", "0005_rows_by_time"),
    ]

    operations = [
        Reindex(
            keys={
                "dispatch": ["order", "enterprise", "sent_by"],
                "candidate": ["dispatch", "enterprise"],
                "acceptance": ["by"],
                "refusalrow": ["by"],
                "assignment": ["dispatch", "worker", "by"],
            },
            old={
                "dispatch": ["dispatches_by_enterprise"],
            },
            new={
                "dispatch": [
                    models.Index(fields=["enterprise", "sent_at"], name="dispatches_by_enterprise"),
                ],
            },
        ),
    ]
