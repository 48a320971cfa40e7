"""Photos and incidents are written once."""

from django.db import migrations

from sangyu.kit.insert_only import create_sql, drop_sql

TABLES = [
    "visits_photo",
    "visits_incident",
    "visits_incidentphoto",
    "visits_incidentend",
]


class Migration(migrations.Migration):
    dependencies = [("visits", "0003_photos_and_incidents")]
    operations = [migrations.RunSQL(create_sql(table), drop_sql(table)) for table in TABLES]
