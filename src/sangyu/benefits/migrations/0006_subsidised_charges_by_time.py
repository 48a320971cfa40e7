"""Whom public money reached within a year is counted from an index alone."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0007_acts_of_standing"),
        ("benefits", "0005_rows_by_time"),
        ("providers", "0005_change_account"),
        ("registry", "0004_rows_by_time"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="charge",
            index=models.Index(
                condition=models.Q(("public_fen__gt", 0)),
                fields=["programme", "at", "id"],
                include=("elder",),
                name="subsidised_charges_by_time",
            ),
        ),
    ]
