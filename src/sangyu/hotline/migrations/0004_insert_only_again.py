"""Attempts to ring back and requests for registration are written once."""

from django.db import migrations

from sangyu.kit.insert_only import create_sql, drop_sql

TABLES = ["hotline_returncall", "hotline_registrationrequest"]


class Migration(migrations.Migration):
    dependencies = [("hotline", "0003_return_calls_requests_and_heartbeat")]
    operations = [migrations.RunSQL(create_sql(table), drop_sql(table)) for table in TABLES]
