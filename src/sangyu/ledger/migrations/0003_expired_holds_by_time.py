"""The holds of the last weeks that ran out are found without reading every hold that ended."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0002_insert_only"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="holdend",
            index=models.Index(condition=models.Q(("kind", "EXPIRED")), fields=["at"], name="ledger_expired_by_time"),
        ),
    ]
