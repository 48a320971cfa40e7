"""Only the indexes that something asks for: see docs/decisions/0018-indexes.md."""

from django.db import migrations, models

from sangyu.access.reindexing import Reindex


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0005_rows_by_time"),
    ]

    operations = [
        Reindex(
            keys={
                "order": ["programme", "elder", "community", "placed_by"],
                "served": ["by"],
                "cancellation": ["by"],
                "rescheduling": ["order", "by"],
            },
            old={
                "order": ["orders_by_elder", "orders_by_day", "orders_by_time_placed"],
            },
            new={
                "order": [
                    models.Index(fields=["elder", "wanted_from"], name="orders_by_elder"),
                    models.Index(fields=["programme", "wanted_from"], name="orders_by_day"),
                    models.Index(fields=["programme", "placed_at"], name="orders_by_time_placed"),
                    models.Index(fields=["community"], name="orders_by_community"),
                ],
            },
        ),
    ]
