"""A report counts the charges of a day, and lists them by their time."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0006_sign_in"),
        ("benefits", "0004_insert_only_reversal"),
        ("providers", "0005_change_account"),
        ("registry", "0003_insert_only"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="charge",
            index=models.Index(fields=["programme", "at", "id"], name="charges_by_time"),
        ),
    ]
