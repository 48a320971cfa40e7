"""What is still to be settled is found from an index alone: see docs/decisions/0018-indexes.md."""

from django.db import migrations, models

from sangyu.access.reindexing import Reindex


class Migration(migrations.Migration):
    dependencies = [
        ("benefits", "0009_stated_facts"),
    ]

    operations = [
        Reindex(
            keys={},
            old={"charge": ["charges_by_enterprise"]},
            new={"charge": [models.Index(fields=["enterprise", "service_on", "id"], name="charges_by_enterprise")]},
        ),
    ]
