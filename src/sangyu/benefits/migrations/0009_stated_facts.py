"""What the tables ask of an elder and no recognition says, with its paper; written once."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import sangyu.kit.ids
from sangyu.kit.insert_only import create_sql, drop_sql


class Migration(migrations.Migration):
    dependencies = [
        ("benefits", "0008_only_indexes_that_are_asked"),
        ("registry", "0005_recognitions_that_state_a_fact"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="StatedFact",
            fields=[
                (
                    "id",
                    models.UUIDField(default=sangyu.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("name", models.CharField(max_length=40)),
                ("value", models.JSONField()),
                ("evidence", models.CharField(max_length=120)),
                ("valid_from", models.DateField()),
                ("valid_until", models.DateField(null=True)),
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
                (
                    "elder",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.elder",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["elder", "name", "valid_from", "at"], name="stated_facts_by_elder")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("evidence", ""), _negated=True), name="a_stated_fact_has_evidence"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_until", None), ("valid_until__gt", models.F("valid_from")), _connector="OR"
                        ),
                        name="a_stated_fact_ends_after_it_begins",
                    ),
                ],
            },
        ),
        migrations.RunSQL(create_sql("benefits_statedfact"), drop_sql("benefits_statedfact")),
    ]
