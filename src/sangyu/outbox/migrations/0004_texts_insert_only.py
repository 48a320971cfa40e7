"""What was said, tried and heard back about a text is written once."""

from django.db import migrations

from sangyu.kit.insert_only import create_sql, drop_sql

TABLES = [
    "outbox_text",
    "outbox_textattempt",
    "outbox_textreceipt",
    "outbox_textclosing",
]


class Migration(migrations.Migration):
    dependencies = [("outbox", "0003_write_texts")]
    operations = [migrations.RunSQL(create_sql(table), drop_sql(table)) for table in TABLES]
