"""What the days that are over added to every number, so that they need not be counted again."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0006_sign_in"),
        ("insight", "0002_insert_only"),
    ]

    operations = [
        migrations.CreateModel(
            name="Tallied",
            fields=[
                (
                    "programme",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="access.programme",
                    ),
                ),
                ("until_on", models.DateField()),
            ],
        ),
        migrations.CreateModel(
            name="Tally",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "programme_id",
                        "figure",
                        "dim",
                        "span",
                        "known_on",
                        "row_on",
                        "key",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("figure", models.CharField(max_length=20)),
                ("dim", models.CharField(blank=True, max_length=20)),
                ("span", models.CharField(choices=[("DAY", "日"), ("MONTH", "月")], max_length=5)),
                ("known_on", models.DateField()),
                ("row_on", models.DateField()),
                ("key", models.CharField(blank=True, max_length=36)),
                ("n", models.BigIntegerField()),
                ("price_fen", models.BigIntegerField()),
                ("elder_fen", models.BigIntegerField()),
                ("public_fen", models.BigIntegerField()),
                ("net_fen", models.BigIntegerField()),
                ("deducted_fen", models.BigIntegerField()),
                ("amount_fen", models.BigIntegerField()),
                (
                    "programme",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="access.programme",
                    ),
                ),
            ],
        ),
    ]
