"""Only the indexes that something asks for: see docs/decisions/0018-indexes.md."""

from django.db import migrations, models

from sangyu.access.reindexing import Reindex


class Migration(migrations.Migration):
    dependencies = [
        ("visits", "0005_departures_by_time"),
    ]

    operations = [
        Reindex(
            keys={
                "visit": ["programme", "enterprise", "by"],
                "departure": ["by"],
                "evidence": ["visit"],
                "photo": ["visit", "by"],
            },
            old={
                "visit": ["visits_by_time", "visits_by_enterprise"],
            },
            new={
                "visit": [
                    models.Index(fields=["programme", "arrived_at"], name="visits_by_time"),
                    models.Index(fields=["enterprise", "arrived_at"], name="visits_by_enterprise"),
                ],
            },
        ),
    ]
