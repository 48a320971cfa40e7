"""What was agreed, asked, answered and taken away is written once; of two tables below, what names a person may go."""

from django.db import migrations

from sangyu.kit.insert_only import create_sql, drop_sql, forgetting_sql

TABLES = ["privacy_consent", "privacy_request", "privacy_answer", "privacy_removal"]
FORGETTABLE = {
    "outbox_text": ["phone", "body"],
    "registry_residence": ["address", "hukou_place", "reason"],
}


class Migration(migrations.Migration):
    dependencies = [
        ("outbox", "0006_pushes_insert_only"),
        ("privacy", "0001_write_consents_and_requests"),
        ("registry", "0008_insert_only_moves_and_merges"),
    ]
    operations = [
        *[migrations.RunSQL(create_sql(table), drop_sql(table)) for table in TABLES],
        *[
            migrations.RunSQL(forgetting_sql(table, columns), create_sql(table))
            for table, columns in FORGETTABLE.items()
        ],
    ]
