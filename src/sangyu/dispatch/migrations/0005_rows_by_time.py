"""A day counts what was sent on it."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("dispatch", "0004_insert_only_wishes_and_proposals"),
        ("orders", "0004_insert_only_reschedulings"),
        ("providers", "0005_change_account"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="dispatch",
            index=models.Index(fields=["sent_at"], name="dispatches_by_time"),
        ),
    ]
