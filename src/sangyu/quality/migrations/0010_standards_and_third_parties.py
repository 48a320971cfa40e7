"""Standards in editions; sites that a third party looks at, and its scores, which nobody changes."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import sangyu.kit.ids
from sangyu.kit.insert_only import create_sql, drop_sql

TABLES = [
    "quality_siteassessment",
    "quality_sitescore",
    "quality_standard",
    "quality_standardedition",
    "quality_standardarticle",
]


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0009_assessors"),
        ("providers", "0006_kinds_and_catalogue"),
        ("quality", "0009_what_is_still_to_do"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SiteAssessment",
            fields=[
                (
                    "id",
                    models.UUIDField(default=sangyu.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("due_on", models.DateField()),
                ("at", models.DateTimeField()),
                (
                    "assessor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "canteen",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="providers.canteen"
                    ),
                ),
                (
                    "enterprise",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="providers.enterprise"
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
            name="SiteScore",
            fields=[
                (
                    "id",
                    models.UUIDField(default=sangyu.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("facilities", models.PositiveSmallIntegerField()),
                ("environment", models.PositiveSmallIntegerField()),
                ("quality", models.PositiveSmallIntegerField()),
                ("findings", models.CharField(max_length=400)),
                ("at", models.DateTimeField()),
                (
                    "assessment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="quality.siteassessment"
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Standard",
            fields=[
                (
                    "id",
                    models.UUIDField(default=sangyu.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("code", models.CharField(max_length=40)),
                ("title", models.CharField(max_length=80)),
                ("kind", models.CharField(choices=[("SERVICE", "服务标准"), ("PROJECT", "标准化项目")], max_length=8)),
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
            name="StandardEdition",
            fields=[
                (
                    "id",
                    models.UUIDField(default=sangyu.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("n", models.PositiveSmallIntegerField()),
                ("valid_from", models.DateField()),
                ("document", models.CharField(max_length=120)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "standard",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="quality.standard"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="StandardArticle",
            fields=[
                (
                    "id",
                    models.UUIDField(default=sangyu.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("number", models.PositiveSmallIntegerField()),
                ("text", models.CharField(max_length=400)),
                ("item_code", models.CharField(blank=True, max_length=20)),
                (
                    "edition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="quality.standardedition"
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="siteassessment",
            constraint=models.UniqueConstraint(
                fields=("enterprise", "canteen", "assessor", "due_on"),
                name="a_site_is_assigned_once_for_a_day",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="sitescore",
            constraint=models.CheckConstraint(
                condition=models.Q(("environment__lte", 100), ("facilities__lte", 100), ("quality__lte", 100)),
                name="a_site_s_scores_are_of_a_hundred",
            ),
        ),
        migrations.AddConstraint(
            model_name="sitescore",
            constraint=models.CheckConstraint(
                condition=models.Q(("findings", ""), _negated=True), name="a_site_s_scores_say_what_was_found"
            ),
        ),
        migrations.AddConstraint(
            model_name="standard",
            constraint=models.UniqueConstraint(fields=("programme", "code"), name="one_standard_per_code"),
        ),
        migrations.AddConstraint(
            model_name="standard",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("code", ""), _negated=True), models.Q(("title", ""), _negated=True)),
                name="a_standard_has_a_code_and_a_title",
            ),
        ),
        migrations.AddConstraint(
            model_name="standardedition",
            constraint=models.UniqueConstraint(fields=("standard", "n"), name="editions_are_numbered"),
        ),
        migrations.AddConstraint(
            model_name="standardedition",
            constraint=models.CheckConstraint(
                condition=models.Q(("document", ""), _negated=True), name="an_edition_names_its_document"
            ),
        ),
        migrations.AddConstraint(
            model_name="standardarticle",
            constraint=models.UniqueConstraint(fields=("edition", "number"), name="articles_are_numbered"),
        ),
        migrations.AddConstraint(
            model_name="standardarticle",
            constraint=models.CheckConstraint(
                condition=models.Q(("text", ""), _negated=True), name="an_article_says_something"
            ),
        ),
        *(migrations.RunSQL(create_sql(table), drop_sql(table)) for table in TABLES),
    ]
