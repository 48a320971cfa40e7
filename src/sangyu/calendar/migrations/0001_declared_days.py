from django.db import migrations, models

import sangyu.kit.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="DeclaredDay",
            fields=[
                (
                    "id",
                    models.UUIDField(default=sangyu.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("programme_id", models.UUIDField(null=True)),
                ("on", models.DateField()),
                ("n", models.PositiveSmallIntegerField()),
                ("working", models.BooleanField()),
                ("document", models.CharField(max_length=120)),
                ("by_id", models.UUIDField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("programme_id", "on", "n"),
                        name="declarations_of_a_day_are_numbered",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
    ]
