"""A report counts the orders placed and served on a day, and lists them by their time."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0006_sign_in"),
        ("orders", "0004_insert_only_reschedulings"),
        ("providers", "0005_change_account"),
        ("registry", "0003_insert_only"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["programme", "placed_at", "id"], name="orders_by_time_placed"),
        ),
        migrations.AddIndex(
            model_name="served",
            index=models.Index(fields=["at"], name="served_by_time"),
        ),
    ]
