"""A report counts the meals of a day, and lists them by their time."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0006_sign_in"),
        ("meals", "0002_insert_only"),
        ("providers", "0005_change_account"),
        ("registry", "0003_insert_only"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="sale",
            index=models.Index(fields=["programme", "sold_at", "id"], name="sales_by_time"),
        ),
    ]
