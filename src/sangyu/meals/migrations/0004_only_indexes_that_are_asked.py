"""Only the indexes that something asks for: see docs/decisions/0018-indexes.md."""

from django.db import migrations, models

from sangyu.access.reindexing import Reindex


class Migration(migrations.Migration):
    dependencies = [
        ("meals", "0003_rows_by_time"),
    ]

    operations = [
        Reindex(
            keys={
                "sale": ["programme", "canteen", "elder", "card", "by"],
                "refund": ["by"],
            },
            old={
                "sale": ["sales_by_elder", "sales_by_time"],
            },
            new={
                "sale": [
                    models.Index(fields=["elder", "sold_on"], name="sales_by_elder"),
                    models.Index(fields=["programme", "sold_at"], name="sales_by_time"),
                ],
            },
        ),
    ]
