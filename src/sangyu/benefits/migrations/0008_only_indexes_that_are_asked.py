"""Only the indexes that something asks for: see docs/decisions/0018-indexes.md."""

from django.db import migrations, models

from sangyu.access.reindexing import Reindex


class Migration(migrations.Migration):
    dependencies = [
        ("benefits", "0007_minutes_of_the_credit"),
    ]

    operations = [
        Reindex(
            keys={
                "charge": ["programme", "elder", "enterprise", "by"],
                "chargeshare": ["charge"],
                "reversal": ["by"],
            },
            old={
                "charge": [
                    "charges_by_enterprise",
                    "charges_by_elder",
                    "charges_by_time",
                ],
            },
            new={
                "charge": [
                    models.Index(fields=["enterprise", "service_on"], name="charges_by_enterprise"),
                    models.Index(fields=["elder", "service_on"], name="charges_by_elder"),
                    models.Index(fields=["programme", "at"], name="charges_by_time"),
                ],
            },
        ),
    ]
