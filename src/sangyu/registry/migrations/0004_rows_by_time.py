"""A report counts the elders and the cards of a day."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0007_acts_of_standing"),
        ("registry", "0003_insert_only"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="cardevent",
            index=models.Index(fields=["at"], name="card_events_by_time"),
        ),
        migrations.AddIndex(
            model_name="elder",
            index=models.Index(fields=["programme", "registered_at"], name="elders_by_time"),
        ),
    ]
