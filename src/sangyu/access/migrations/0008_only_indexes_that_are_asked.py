"""Only the indexes that something asks for: see docs/decisions/0018-indexes.md."""

from django.db import migrations, models

from sangyu.access.reindexing import Reindex


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0007_acts_of_standing"),
    ]

    operations = [
        Reindex(
            keys={
                "auditentry": ["programme", "by"],
                "auditlink": ["programme"],
                "lookup": ["by"],
            },
            old={
                "auditentry": ["audit_by_object", "audit_by_time"],
            },
            new={
                "auditentry": [
                    models.Index(fields=["object_id", "at"], name="audit_by_object"),
                    models.Index(fields=["programme", "at"], name="audit_by_time"),
                ],
            },
        ),
    ]
