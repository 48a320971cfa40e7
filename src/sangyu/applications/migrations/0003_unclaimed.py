"""Who may have what without having applied for it, as it was found last, and who does not want it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import sangyu.kit.ids
from sangyu.kit.insert_only import create_sql, drop_sql


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0009_assessors"),
        ("applications", "0002_insert_only"),
        ("registry", "0008_insert_only_moves_and_merges"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="application",
            name="channel",
            field=models.CharField(
                choices=[
                    ("WINDOW", "窗口"),
                    ("PHONE", "电话"),
                    ("ONLINE", "网上"),
                    ("VISIT", "上门"),
                    ("OFFERED", "主动告知"),
                ],
                max_length=8,
            ),
        ),
        migrations.CreateModel(
            name="Survey",
            fields=[
                (
                    "id",
                    models.UUIDField(default=sangyu.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("kind", models.CharField(max_length=30)),
                ("title", models.CharField(max_length=60)),
                ("document", models.CharField(max_length=120)),
                ("locator", models.CharField(max_length=200)),
                ("unset", models.CharField(blank=True, max_length=60)),
                ("day", models.DateField()),
                ("at", models.DateTimeField()),
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
            options={
                "constraints": [models.UniqueConstraint(fields=("programme", "kind"), name="one_survey_of_a_thing")],
            },
        ),
        migrations.CreateModel(
            name="Unclaimed",
            fields=[
                (
                    "id",
                    models.UUIDField(default=sangyu.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("kind", models.CharField(max_length=30)),
                ("community_code", models.CharField(max_length=12)),
                ("sort_key", models.CharField(max_length=120)),
                ("missing", models.CharField(blank=True, max_length=60)),
                ("because", models.CharField(max_length=400)),
                ("since_on", models.DateField()),
                (
                    "elder",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="registry.elder",
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
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("missing", "")),
                        fields=["programme", "kind", "community_code", "sort_key", "id"],
                        name="unclaimed_by_community",
                    ),
                    models.Index(
                        condition=models.Q(("missing", ""), _negated=True),
                        fields=["programme", "kind", "community_code", "sort_key", "id"],
                        name="lacking_by_community",
                    ),
                ],
                "constraints": [models.UniqueConstraint(fields=("elder", "kind"), name="unclaimed_once")],
            },
        ),
        migrations.CreateModel(
            name="Waiver",
            fields=[
                (
                    "id",
                    models.UUIDField(default=sangyu.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("kind", models.CharField(max_length=30)),
                ("reason", models.CharField(max_length=400)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
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
                "constraints": [models.UniqueConstraint(fields=("elder", "kind"), name="a_waiver_is_written_once")],
            },
        ),
        migrations.RunSQL(create_sql("applications_waiver"), drop_sql("applications_waiver")),
    ]
