"""Frozen reports, samples and findings: the only rows of this room."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import sangyu.kit.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("access", "0004_deputy_and_head"),
        ("benefits", "0004_insert_only_reversal"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Draw",
            fields=[
                (
                    "id",
                    models.UUIDField(default=sangyu.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("month", models.CharField(max_length=7)),
                ("n", models.PositiveSmallIntegerField()),
                ("seed", models.CharField(max_length=60)),
                (
                    "strata",
                    models.CharField(
                        choices=[("NONE", "不分层"), ("ENTERPRISE", "按企业"), ("GRADE", "按证明等级")], max_length=12
                    ),
                ),
                ("population", models.PositiveIntegerField()),
                ("sha256", models.CharField(max_length=64)),
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="access.programme"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="DrawnCharge",
            fields=[
                (
                    "id",
                    models.UUIDField(default=sangyu.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("n", models.PositiveSmallIntegerField()),
                ("stratum", models.CharField(max_length=80)),
                (
                    "charge",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="benefits.charge"
                    ),
                ),
                (
                    "draw",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="insight.draw"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Finding",
            fields=[
                (
                    "id",
                    models.UUIDField(default=sangyu.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("n", models.PositiveSmallIntegerField()),
                (
                    "code",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (1, "无问题"),
                            (2, "证明不全"),
                            (3, "时间或地点不符"),
                            (4, "金额或政策适用有误"),
                            (5, "疑似未提供服务"),
                        ]
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=200)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "drawn",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="insight.drawncharge"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="FrozenReport",
            fields=[
                (
                    "id",
                    models.UUIDField(default=sangyu.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("on", models.DateField()),
                ("figures", models.JSONField()),
                ("sha256", models.CharField(max_length=64)),
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="access.programme"
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="draw",
            index=models.Index(fields=["programme", "at", "id"], name="draws_by_time"),
        ),
        migrations.AddConstraint(
            model_name="drawncharge",
            constraint=models.UniqueConstraint(fields=("draw", "n"), name="drawn_charges_are_numbered"),
        ),
        migrations.AddConstraint(
            model_name="drawncharge",
            constraint=models.UniqueConstraint(fields=("draw", "charge"), name="a_charge_is_drawn_once"),
        ),
        migrations.AddConstraint(
            model_name="finding",
            constraint=models.UniqueConstraint(fields=("drawn", "n"), name="findings_are_numbered"),
        ),
        migrations.AddConstraint(
            model_name="finding",
            constraint=models.CheckConstraint(
                condition=models.Q(("code__in", [1, 2, 3, 4, 5])), name="a_finding_has_one_of_five_codes"
            ),
        ),
        migrations.AddConstraint(
            model_name="frozenreport",
            constraint=models.UniqueConstraint(fields=("programme", "on"), name="a_day_is_frozen_once"),
        ),
    ]
