"""Kinds and grades of enterprises, checks, recommended teams; groups, standards, successors of items; villages."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import sangyu.kit.ids
from sangyu.kit.insert_only import create_sql, drop_sql

TABLES = (
    "providers_evaluation",
    "providers_licencecheck",
    "providers_recommendation",
    "providers_recommendationanswer",
    "providers_standarddocument",
)


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0009_assessors"),
        ("files", "0002_insert_only"),
        ("providers", "0005_change_account"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Evaluation",
            fields=[
                (
                    "id",
                    models.UUIDField(default=sangyu.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("n", models.PositiveSmallIntegerField()),
                ("year", models.PositiveSmallIntegerField()),
                (
                    "grade",
                    models.CharField(
                        choices=[("EXCELLENT", "优秀"), ("PASSED", "达标"), ("FAILED", "不达标"), ("POOR", "差")],
                        max_length=10,
                    ),
                ),
                ("document", models.CharField(max_length=80)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="GroupedItem",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
            ],
        ),
        migrations.CreateModel(
            name="ItemGroup",
            fields=[
                (
                    "id",
                    models.UUIDField(default=sangyu.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("scheme", models.CharField(max_length=20)),
                ("branch", models.CharField(blank=True, max_length=20)),
                ("name", models.CharField(max_length=20)),
                ("n", models.PositiveSmallIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="StandardDocument",
            fields=[
                (
                    "id",
                    models.UUIDField(default=sangyu.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("number", models.CharField(max_length=40)),
                ("name", models.CharField(max_length=80)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="WorkerArea",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
            ],
        ),
        migrations.AddField(
            model_name="contractitem",
            name="price_fen",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="enterprise",
            name="kind",
            field=models.CharField(
                choices=[
                    ("HOME_CARE", "居家服务企业"),
                    ("INSTITUTION", "养老机构"),
                    ("CENTRE", "照料中心"),
                    ("SOCIAL_WORK", "社工机构"),
                    ("SOCIAL_BODY", "社会组织"),
                ],
                default="HOME_CARE",
                max_length=12,
            ),
        ),
        migrations.AddField(
            model_name="enterprise",
            name="origin",
            field=models.CharField(blank=True, choices=[("LOCAL", "本土企业"), ("BRAND", "品牌机构")], max_length=8),
        ),
        migrations.AddField(
            model_name="enterprise",
            name="street",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="access.area"
            ),
        ),
        migrations.AddField(
            model_name="serviceitem",
            name="only_kind",
            field=models.CharField(
                blank=True,
                choices=[
                    ("HOME_CARE", "居家服务企业"),
                    ("INSTITUTION", "养老机构"),
                    ("CENTRE", "照料中心"),
                    ("SOCIAL_WORK", "社工机构"),
                    ("SOCIAL_BODY", "社会组织"),
                ],
                max_length=12,
            ),
        ),
        migrations.AddField(
            model_name="serviceitem",
            name="retired_on",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="serviceitem",
            name="successor",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="providers.serviceitem"
            ),
        ),
        migrations.AddConstraint(
            model_name="contractitem",
            constraint=models.CheckConstraint(
                condition=models.Q(("price_fen__gte", 0)), name="a_contracted_price_is_not_negative"
            ),
        ),
        migrations.AddField(
            model_name="evaluation",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="evaluation",
            name="enterprise",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="providers.enterprise"
            ),
        ),
        migrations.AddField(
            model_name="groupeditem",
            name="item",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="providers.serviceitem"
            ),
        ),
        migrations.AddField(
            model_name="itemgroup",
            name="programme",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="access.programme"
            ),
        ),
        migrations.AddField(
            model_name="groupeditem",
            name="group",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="providers.itemgroup"
            ),
        ),
        migrations.AddField(
            model_name="standarddocument",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="standarddocument",
            name="file",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="files.file"),
        ),
        migrations.AddField(
            model_name="standarddocument",
            name="programme",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="access.programme"
            ),
        ),
        migrations.AddField(
            model_name="serviceitem",
            name="document",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="providers.standarddocument",
            ),
        ),
        migrations.AddField(
            model_name="workerarea",
            name="area",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="access.area"),
        ),
        migrations.AddField(
            model_name="workerarea",
            name="worker",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="providers.worker"
            ),
        ),
        migrations.AddConstraint(
            model_name="evaluation",
            constraint=models.UniqueConstraint(fields=("enterprise", "n"), name="evaluations_are_numbered"),
        ),
        migrations.AddConstraint(
            model_name="itemgroup",
            constraint=models.UniqueConstraint(fields=("programme", "scheme", "name"), name="one_group_per_name"),
        ),
        migrations.AddConstraint(
            model_name="groupeditem",
            constraint=models.UniqueConstraint(fields=("group", "item"), name="an_item_stands_in_a_group_once"),
        ),
        migrations.AddConstraint(
            model_name="standarddocument",
            constraint=models.UniqueConstraint(fields=("programme", "number"), name="one_standard_per_number"),
        ),
        migrations.AddConstraint(
            model_name="workerarea",
            constraint=models.UniqueConstraint(fields=("worker", "area"), name="a_worker_has_an_area_once"),
        ),
        migrations.CreateModel(
            name="LicenceCheck",
            fields=[
                (
                    "id",
                    models.UUIDField(default=sangyu.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("n", models.PositiveSmallIntegerField()),
                (
                    "result",
                    models.CharField(
                        choices=[("AGREES", "相符"), ("DIFFERS", "不符"), ("NOT_FOUND", "查无此证")], max_length=10
                    ),
                ),
                ("number", models.CharField(blank=True, max_length=40)),
                ("last_on", models.DateField(null=True)),
                ("source", models.CharField(max_length=40)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "licence",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="providers.licence"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("licence", "n"), name="checks_of_a_licence_are_numbered")
                ],
            },
        ),
        migrations.CreateModel(
            name="Recommendation",
            fields=[
                (
                    "id",
                    models.UUIDField(default=sangyu.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("n", models.PositiveSmallIntegerField()),
                ("name", models.CharField(max_length=80)),
                ("phone", models.CharField(max_length=20)),
                ("services", models.CharField(max_length=200)),
                ("reason", models.CharField(max_length=200)),
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
                (
                    "window",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="access.organisation"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RecommendationAnswer",
            fields=[
                (
                    "id",
                    models.UUIDField(default=sangyu.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("accepted", models.BooleanField()),
                ("reason", models.CharField(max_length=200)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "recommendation",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="providers.recommendation"
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="recommendation",
            constraint=models.UniqueConstraint(fields=("window", "n"), name="recommendations_are_numbered"),
        ),
        *(migrations.RunSQL(create_sql(table), drop_sql(table)) for table in TABLES),
    ]
