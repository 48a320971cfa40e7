"""A declared day is written once."""

from django.db import migrations

from sangyu.kit.insert_only import create_sql, drop_sql


class Migration(migrations.Migration):
    dependencies = [("calendar", "0001_declared_days")]
    operations = [migrations.RunSQL(create_sql("calendar_declaredday"), drop_sql("calendar_declaredday"))]
