"""Into which account an enterprise was paid, and on whose word that changed, is written once."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import sangyu.kit.ids
from sangyu.kit.insert_only import create_sql, drop_sql

TABLE = "providers_accountchange"


class Migration(migrations.Migration):
    dependencies = [
        ("providers", "0004_insert_only"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AccountChange",
            fields=[
                (
                    "id",
                    models.UUIDField(default=sangyu.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("n", models.PositiveSmallIntegerField()),
                ("account_name_before", models.CharField(max_length=80)),
                ("bank_name_before", models.CharField(max_length=60)),
                ("bank_account_before", models.CharField(max_length=30)),
                ("account_name", models.CharField(max_length=80)),
                ("bank_name", models.CharField(max_length=60)),
                ("bank_account", models.CharField(max_length=30)),
                ("document", models.CharField(max_length=80)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "enterprise",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="providers.enterprise"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("enterprise", "n"), name="account_changes_are_numbered")
                ],
            },
        ),
        migrations.RunSQL(create_sql(TABLE), drop_sql(TABLE)),
    ]
