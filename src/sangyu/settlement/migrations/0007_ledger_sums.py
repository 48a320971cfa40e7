"""What the ledger said of a statement whose holds have all ended, added up once."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("settlement", "0006_objections_name_lines"),
    ]

    operations = [
        migrations.CreateModel(
            name="LedgerSum",
            fields=[
                (
                    "statement",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="settlement.statement",
                    ),
                ),
                ("held_fen", models.BigIntegerField()),
                ("posted_fen", models.BigIntegerField()),
                ("voided_fen", models.BigIntegerField()),
                ("at", models.DateTimeField()),
            ],
        ),
    ]
