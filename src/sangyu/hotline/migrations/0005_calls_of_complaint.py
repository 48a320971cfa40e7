from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0006_sign_in"),
        ("hotline", "0004_insert_only_again"),
        ("registry", "0003_insert_only"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="call",
            index=models.Index(
                condition=models.Q(("end", "COMPLAINT")), fields=["programme", "ended_at"], name="calls_of_complaint"
            ),
        ),
    ]
