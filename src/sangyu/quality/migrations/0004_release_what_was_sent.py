"""Sheets of before went to their enterprise when they were drafted: they are released as of then."""

from django.db import migrations

RELEASE = """
INSERT INTO quality_release (id, appraisal_id, working_days, object_until, certain, by_id, at)
SELECT id, id, 3, object_until, true, drafted_by_id, drafted_at FROM quality_appraisal
"""


class Migration(migrations.Migration):
    dependencies = [("quality", "0003_sheets_complaints_and_cycle")]
    operations = [migrations.RunSQL(RELEASE, migrations.RunSQL.noop, elidable=True)]
