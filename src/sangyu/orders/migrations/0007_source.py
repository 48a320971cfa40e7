"""Which platform outside handed an order over."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0006_only_indexes_that_are_asked"),
    ]

    operations = [
        migrations.AddField(
            model_name="order",
            name="source",
            field=models.CharField(blank=True, max_length=40),
        ),
    ]
