"""Only the indexes that something asks for: see docs/decisions/0018-indexes.md."""

from django.db import migrations

from sangyu.access.reindexing import Reindex


class Migration(migrations.Migration):
    dependencies = [
        ("safety", "0002_insert_only"),
    ]

    operations = [
        Reindex(
            keys={
                "alarm": ["programme", "elder"],
                "taking": ["by"],
                "step": ["alarm", "by"],
            },
        ),
    ]
