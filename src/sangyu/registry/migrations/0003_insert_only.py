"""The tables that are evidence are written once."""

from django.db import migrations

from sangyu.kit.insert_only import create_sql, drop_sql

TABLES = [
    "registry_eldercard",
    "registry_cardevent",
]


class Migration(migrations.Migration):
    dependencies = [("registry", "0002_cards")]
    operations = [migrations.RunSQL(create_sql(table), drop_sql(table)) for table in TABLES]
