"""The cases closed last are listed without sorting all that ever were."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0007_acts_of_standing"),
        ("hotline", "0005_calls_of_complaint"),
        ("orders", "0005_rows_by_time"),
        ("quality", "0005_insert_only_of_the_cycle"),
        ("registry", "0004_rows_by_time"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="complaint",
            index=models.Index(fields=["programme", "opened_at", "id"], name="complaints_by_time"),
        ),
    ]
