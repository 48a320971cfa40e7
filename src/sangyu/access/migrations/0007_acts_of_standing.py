"""Who was there on a day: deaths, workers and canteens are found in the audit book without reading all of it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0006_sign_in"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(
                condition=models.Q(
                    (
                        "verb__in",
                        [
                            "providers.let_go",
                            "providers.open_canteen",
                            "providers.take_on",
                            "registry.record_death",
                            "registry.withdraw_death",
                        ],
                    )
                ),
                fields=["programme", "verb", "at"],
                name="audit_of_standing",
            ),
        ),
    ]
