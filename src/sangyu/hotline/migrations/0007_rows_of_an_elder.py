"""Rows of an elder are found without reading the table: see docs/decisions/0018-indexes.md."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("hotline", "0006_only_indexes_that_are_asked")]

    operations = [
        migrations.AddIndex(
            "call", models.Index(fields=["elder"], name="calls_by_elder", condition=models.Q(elder__isnull=False))
        ),
    ]
