"""How many people an area had, and what money there was for the care of its elders, as documents tell."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import sangyu.kit.ids
from sangyu.kit.insert_only import create_sql, drop_sql


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0009_assessors"),
        ("insight", "0004_tallies_name_their_facts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Funding",
            fields=[
                (
                    "id",
                    models.UUIDField(default=sangyu.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("year", models.PositiveSmallIntegerField()),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("TREASURY", "财政资金"),
                            ("LOTTERY", "福彩公益金"),
                            ("SOCIAL", "社会资本"),
                            ("DONATION", "慈善捐赠"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "level",
                    models.CharField(
                        choices=[
                            ("CENTRAL", "中央"),
                            ("PROVINCE", "省级"),
                            ("HIGHER", "上级"),
                            ("CITY", "市级"),
                            ("DISTRICT", "区县级"),
                            ("STREET", "街道"),
                            ("SOCIETY", "社会"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("PURCHASE", "购买服务"),
                            ("BUILDING", "设施建设"),
                            ("OPERATION", "运营补贴"),
                            ("AWARD", "奖励"),
                            ("INSURANCE", "保险"),
                            ("TRAINING", "人员和培训"),
                            ("OTHER", "其他"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "stage",
                    models.CharField(
                        choices=[("PLANNED", "计划"), ("ALLOCATED", "分配到位"), ("SPENT", "支出")], max_length=10
                    ),
                ),
                ("amount_fen", models.BigIntegerField()),
                ("document", models.CharField(max_length=120)),
                ("at", models.DateTimeField()),
                (
                    "area",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="access.area"),
                ),
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
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount_fen", 0), _negated=True), name="funding_is_money"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("document", ""), _negated=True), name="funding_names_its_document"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Population",
            fields=[
                (
                    "id",
                    models.UUIDField(default=sangyu.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("year", models.PositiveSmallIntegerField()),
                ("hukou", models.PositiveIntegerField(null=True)),
                ("resident", models.PositiveIntegerField(null=True)),
                ("rural", models.PositiveIntegerField(null=True)),
                ("elders", models.PositiveIntegerField(null=True)),
                ("document", models.CharField(max_length=120)),
                ("at", models.DateTimeField()),
                (
                    "area",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="access.area"),
                ),
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
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("hukou__gt", 0), ("resident__gt", 0), _connector="OR"),
                        name="a_population_has_people",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("elders", None), ("hukou__gte", models.F("elders")), _connector="OR"),
                        name="elders_are_part_of_the_hukou",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("document", ""), _negated=True), name="a_population_names_its_document"
                    ),
                ],
            },
        ),
        migrations.RunSQL(create_sql("insight_funding"), drop_sql("insight_funding")),
        migrations.RunSQL(create_sql("insight_population"), drop_sql("insight_population")),
    ]
