"""What somebody has not read yet stands in a table of its own: filled here from what was ended and read so far."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

_FILLED = """
INSERT INTO safety_unread (closure_id, reader_id)
SELECT closure.id, alarm.by_id FROM safety_closure AS closure JOIN safety_alarm AS alarm ON alarm.id = closure.alarm_id
 WHERE alarm.by_id <> closure.by_id
   AND NOT EXISTS (SELECT FROM safety_acknowledgement AS read WHERE read.closure_id = closure.id)
"""


class Migration(migrations.Migration):
    dependencies = [
        ("safety", "0003_only_indexes_that_are_asked"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Unread",
            fields=[
                (
                    "closure",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="safety.closure",
                    ),
                ),
                (
                    "reader",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.RunSQL(_FILLED, migrations.RunSQL.noop, elidable=True),
    ]
