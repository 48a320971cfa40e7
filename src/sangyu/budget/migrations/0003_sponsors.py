"""What sponsors promise and pay, beside the public's money."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import sangyu.kit.ids
from sangyu.kit.insert_only import create_sql, drop_sql

TABLES = ["budget_pledge", "budget_donation"]


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0009_assessors"),
        ("budget", "0002_insert_only"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Sponsor",
            fields=[
                (
                    "id",
                    models.UUIDField(default=sangyu.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("name", models.CharField(max_length=60)),
                ("credit_code", models.CharField(blank=True, max_length=18)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
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
        migrations.CreateModel(
            name="Pledge",
            fields=[
                (
                    "id",
                    models.UUIDField(default=sangyu.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("year", models.PositiveSmallIntegerField()),
                ("amount_fen", models.BigIntegerField()),
                ("document", models.CharField(max_length=120)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "sponsor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="budget.sponsor"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Donation",
            fields=[
                (
                    "id",
                    models.UUIDField(default=sangyu.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("year", models.PositiveSmallIntegerField()),
                ("amount_fen", models.BigIntegerField()),
                ("received_on", models.DateField()),
                ("voucher", models.CharField(max_length=60)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "sponsor",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="budget.sponsor",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="sponsor",
            constraint=models.UniqueConstraint(fields=("programme", "name"), name="one_sponsor_per_name"),
        ),
        migrations.AddConstraint(
            model_name="sponsor",
            constraint=models.CheckConstraint(
                condition=models.Q(("name", ""), _negated=True), name="a_sponsor_has_a_name"
            ),
        ),
        migrations.AddConstraint(
            model_name="pledge",
            constraint=models.CheckConstraint(condition=models.Q(("amount_fen__gt", 0)), name="a_pledge_is_money"),
        ),
        migrations.AddConstraint(
            model_name="donation",
            constraint=models.UniqueConstraint(fields=("sponsor", "voucher"), name="a_voucher_is_booked_once"),
        ),
        migrations.AddConstraint(
            model_name="donation",
            constraint=models.CheckConstraint(condition=models.Q(("amount_fen__gt", 0)), name="a_donation_is_money"),
        ),
        migrations.AddConstraint(
            model_name="donation",
            constraint=models.CheckConstraint(
                condition=models.Q(("voucher", ""), _negated=True), name="a_donation_has_a_voucher"
            ),
        ),
        *(migrations.RunSQL(create_sql(table), drop_sql(table)) for table in TABLES),
    ]
