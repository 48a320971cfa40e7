"""Only the indexes that something asks for: see docs/decisions/0018-indexes.md."""

from django.db import migrations, models

from sangyu.access.reindexing import Reindex


class Migration(migrations.Migration):
    dependencies = [
        ("quality", "0006_complaints_by_time"),
    ]

    operations = [
        Reindex(
            keys={
                "followup": ["task", "by"],
                "complaint": ["programme", "elder", "order", "opened_by"],
                "complaintowner": ["complaint", "owner", "by"],
                "complaintresult": ["enterprise", "by"],
                "complaintclosure": ["by"],
            },
            new={
                "followup": [
                    models.Index(fields=["at"], name="follow_ups_by_time"),
                ],
            },
        ),
    ]
