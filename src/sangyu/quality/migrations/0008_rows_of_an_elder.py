"""Rows of an elder are found without reading the table: see docs/decisions/0018-indexes.md."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("quality", "0007_only_indexes_that_are_asked")]

    operations = [
        migrations.AddIndex(
            "complaint",
            models.Index(fields=["elder"], name="complaints_by_elder", condition=models.Q(elder__isnull=False)),
        ),
    ]
