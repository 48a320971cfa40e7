"""What is given by hand in days and pieces: stays set aside and drawn, devices handed out and given back."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import sangyu.kit.ids
from sangyu.kit.insert_only import create_sql, drop_sql

TABLES = ["benefits_booking", "benefits_bookingend", "benefits_handover", "benefits_giveback"]


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0009_assessors"),
        ("benefits", "0010_open_charges_from_an_index"),
        ("registry", "0008_insert_only_moves_and_merges"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Booking",
            fields=[
                (
                    "id",
                    models.UUIDField(default=sangyu.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("code", models.CharField(max_length=40)),
                ("title", models.CharField(max_length=60)),
                ("period", models.CharField(blank=True, max_length=7)),
                ("granted", models.PositiveSmallIntegerField()),
                ("days", models.PositiveSmallIntegerField()),
                ("from_on", models.DateField()),
                ("house", models.CharField(max_length=80)),
                ("because", models.CharField(max_length=200)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "elder",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.elder",
                    ),
                ),
                (
                    "programme",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="access.programme",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["elder", "code", "period"], name="bookings_by_elder")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("days__gt", 0), ("days__lte", models.F("granted"))),
                        name="a_booking_is_of_days",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("house", ""), _negated=True), name="a_booking_names_the_house"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HandOver",
            fields=[
                (
                    "id",
                    models.UUIDField(default=sangyu.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("code", models.CharField(max_length=40)),
                ("title", models.CharField(max_length=60)),
                ("period", models.CharField(blank=True, max_length=7)),
                ("serial_number", models.CharField(max_length=40)),
                ("turn", models.PositiveSmallIntegerField()),
                ("receipt", models.CharField(max_length=60)),
                ("handed_on", models.DateField()),
                ("because", models.CharField(max_length=200)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "elder",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.elder",
                    ),
                ),
                (
                    "programme",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="access.programme",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["elder", "code", "period"], name="hand_overs_by_elder")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("programme", "code", "serial_number", "turn"),
                        name="a_piece_is_with_one_person_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("serial_number", ""), _negated=True), models.Q(("receipt", ""), _negated=True)
                        ),
                        name="a_hand_over_has_a_receipt",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="GiveBack",
            fields=[
                (
                    "hand_over",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="benefits.handover",
                    ),
                ),
                ("given_back_on", models.DateField()),
                ("reason", models.CharField(max_length=120)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="what_is_given_back_has_a_reason"
                    )
                ]
            },
        ),
        migrations.CreateModel(
            name="BookingEnd",
            fields=[
                (
                    "booking",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="benefits.booking",
                    ),
                ),
                ("days", models.PositiveSmallIntegerField()),
                ("reason", models.CharField(blank=True, max_length=120)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("days__gt", 0), models.Q(("reason", ""), _negated=True), _connector="OR"),
                        name="a_booking_called_off_has_a_reason",
                    )
                ]
            },
        ),
        *[migrations.RunSQL(create_sql(table), drop_sql(table)) for table in TABLES],
    ]
