"""Only the indexes that something asks for: see docs/decisions/0018-indexes.md."""

from django.db import migrations, models

from sangyu.access.reindexing import Reindex


class Migration(migrations.Migration):
    dependencies = [
        ("hotline", "0005_calls_of_complaint"),
    ]

    operations = [
        Reindex(
            keys={
                "call": ["programme", "agent", "elder"],
                "returncall": ["call", "by"],
            },
            old={
                "call": ["calls_by_time"],
            },
            new={
                "call": [
                    models.Index(fields=["programme", "rang_at"], name="calls_by_time"),
                ],
            },
        ),
    ]
