"""Rows of an elder are found without reading the table: see docs/decisions/0018-indexes.md."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registry", "0008_insert_only_moves_and_merges")]

    operations = [
        migrations.AddIndex("elder", models.Index(fields=["programme", "birth_on"], name="elders_by_birth")),
        migrations.AddIndex(
            "duplicateruling",
            models.Index(fields=["survivor"], name="rulings_by_survivor", condition=models.Q(survivor__isnull=False)),
        ),
    ]
