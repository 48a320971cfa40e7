"""What a stay cost by its bill, and who pays which part; written once."""

import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

from sangyu.kit.insert_only import create_sql, drop_sql


class Migration(migrations.Migration):
    dependencies = [
        ("benefits", "0011_given_by_hand"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="StayCost",
            fields=[
                (
                    "end",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="benefits.bookingend",
                    ),
                ),
                ("price_fen", models.BigIntegerField()),
                ("elder_fen", models.BigIntegerField()),
                ("public_fen", models.BigIntegerField()),
                ("insurer_fen", models.BigIntegerField()),
                ("bill", models.CharField(max_length=60)),
                ("decision", models.JSONField()),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "price_fen",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("elder_fen"), "+", models.F("public_fen")
                                    ),
                                    "+",
                                    models.F("insurer_fen"),
                                ),
                            ),
                            ("price_fen__gt", 0),
                        ),
                        name="the_parts_of_a_stay_add_up",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("bill", ""), _negated=True), name="a_stay_s_cost_has_a_bill"
                    ),
                ],
            },
        ),
        migrations.RunSQL(create_sql("benefits_staycost"), drop_sql("benefits_staycost")),
    ]
