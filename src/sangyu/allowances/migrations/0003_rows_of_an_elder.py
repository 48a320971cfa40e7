"""Rows of an elder are found without reading the table: see docs/decisions/0018-indexes.md."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("allowances", "0002_accounts_encrypted")]

    operations = [
        migrations.AddIndex(
            "payment",
            models.Index(fields=["elder"], name="allowance_payments_by_elder", condition=models.Q(elder__isnull=False)),
        ),
        migrations.AddIndex(
            "recovery",
            models.Index(fields=["elder"], name="recoveries_by_elder", condition=models.Q(elder__isnull=False)),
        ),
    ]
