"""Families, households, moves, recognitions with their source, and records that may be one person."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import sangyu.kit.ids


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0009_assessors"),
        ("registry", "0006_document_numbers_encrypted"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DuplicateCase",
            fields=[
                (
                    "id",
                    models.UUIDField(default=sangyu.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "grounds",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=12), size=None),
                ),
                ("score_pm", models.PositiveSmallIntegerField()),
                ("found_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "one",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.elder",
                    ),
                ),
                (
                    "other",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="registry.elder"
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
                "indexes": [
                    models.Index(
                        condition=models.Q(("closed_at", None)),
                        fields=["programme", "-score_pm", "id"],
                        name="open_duplicate_cases",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("one", "other"), name="two_records_are_one_case"),
                    models.CheckConstraint(
                        condition=models.Q(("one", models.F("other")), _negated=True), name="a_case_is_of_two_records"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DuplicateRuling",
            fields=[
                (
                    "id",
                    models.UUIDField(default=sangyu.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("n", models.PositiveSmallIntegerField()),
                ("verdict", models.CharField(choices=[("SAME", "同一个人"), ("TWO", "两个人")], max_length=4)),
                ("reason", models.CharField(max_length=200)),
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
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.duplicatecase",
                    ),
                ),
                (
                    "survivor",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.elder",
                    ),
                ),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("case", "n"), name="rulings_are_numbered")]},
        ),
        migrations.CreateModel(
            name="HouseholdMember",
            fields=[
                (
                    "id",
                    models.UUIDField(default=sangyu.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("household", models.UUIDField()),
                ("valid_from", models.DateField()),
                ("valid_until", models.DateField(null=True)),
                ("recorded_at", models.DateTimeField()),
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
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["household"], name="members_by_household")],
                "constraints": [
                    models.UniqueConstraint(fields=("elder", "valid_from"), name="one_household_begins_a_day"),
                    models.UniqueConstraint(
                        condition=models.Q(("valid_until", None)),
                        fields=("elder",),
                        name="an_elder_is_in_one_household",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Kinship",
            fields=[
                (
                    "id",
                    models.UUIDField(default=sangyu.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("name", models.CharField(max_length=60)),
                (
                    "relation",
                    models.CharField(
                        choices=[
                            ("SPOUSE", "配偶"),
                            ("CHILD", "子女"),
                            ("CHILD_IN_LAW", "儿媳或女婿"),
                            ("GRANDCHILD", "孙辈"),
                            ("PARENT", "父母"),
                            ("SIBLING", "兄弟姐妹"),
                            ("RELATIVE", "其他亲属"),
                            ("NEIGHBOUR", "邻居"),
                            ("ORGANISATION", "单位或居委会"),
                            ("OTHER", "其他"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "guardianship",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "不是监护人"),
                            ("STATUTORY", "法定监护"),
                            ("AGREED", "意定监护"),
                            ("APPOINTED", "指定监护"),
                        ],
                        max_length=9,
                    ),
                ),
                ("may_speak", models.BooleanField(default=False)),
                ("evidence", models.CharField(blank=True, max_length=120)),
                ("phone", models.CharField(blank=True, max_length=20)),
                ("valid_from", models.DateField()),
                ("valid_until", models.DateField(null=True)),
                ("recorded_at", models.DateTimeField()),
                (
                    "elder",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="registry.elder"
                    ),
                ),
                (
                    "other",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="registry.elder"
                    ),
                ),
                (
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="access.programme"
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("guardianship", ""), models.Q(("evidence", ""), _negated=True), _connector="OR"
                        ),
                        name="a_guardian_has_a_document",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("other", models.F("elder")), _negated=True), name="nobody_is_their_own_kin"
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            name="Merge",
            fields=[
                (
                    "id",
                    models.UUIDField(default=sangyu.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
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
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.duplicatecase",
                    ),
                ),
                (
                    "gone",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="registry.elder"
                    ),
                ),
                (
                    "survivor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="registry.elder"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("gone", models.F("survivor")), _negated=True),
                        name="nobody_merges_into_themselves",
                    )
                ]
            },
        ),
        migrations.CreateModel(
            name="Residence",
            fields=[
                (
                    "id",
                    models.UUIDField(default=sangyu.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("address", models.CharField(max_length=120)),
                ("hukou_in_area", models.BooleanField()),
                ("hukou_place", models.CharField(blank=True, max_length=60)),
                ("lives_in_area", models.BooleanField()),
                ("valid_until", models.DateField()),
                ("reason", models.CharField(max_length=120)),
                ("recorded_at", models.DateTimeField()),
                (
                    "community",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="access.area"),
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
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("elder", "valid_until"), name="one_residence_ends_a_day")
                ]
            },
        ),
        migrations.AddField(
            model_name="contact", name="is_emergency", field=models.BooleanField(db_default=False, default=False)
        ),
        migrations.AddField(
            model_name="elder", name="hukou_place", field=models.CharField(blank=True, db_default="", max_length=60)
        ),
        migrations.AddField(
            model_name="elder", name="lives_in_area", field=models.BooleanField(db_default=True, default=True)
        ),
        migrations.AddField(
            model_name="elder",
            name="merged_into",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="registry.elder",
            ),
        ),
        migrations.AddField(model_name="elder", name="moved_on", field=models.DateField(null=True)),
        migrations.AddField(
            model_name="identity",
            name="source",
            field=models.CharField(
                choices=[
                    ("DOCUMENT", "凭证件"),
                    ("REGISTER", "部门名册"),
                    ("COMMITTEE", "居委会核实"),
                    ("DECLARED", "本人申报"),
                    ("ASSESSMENT", "能力评估"),
                ],
                db_default="DOCUMENT",
                default="DOCUMENT",
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="identity",
            name="code",
            field=models.CharField(
                choices=[
                    ("three_no", "三无"),
                    ("dibao", "低保"),
                    ("dibao_edge", "低保边缘"),
                    ("entitled_group", "重点优抚"),
                    ("severe_disability", "重度残疾"),
                    ("needy", "困难"),
                    ("special_needy", "特殊困难"),
                    ("living_alone", "独居"),
                    ("empty_nest", "空巢"),
                    ("without_family", "孤寡"),
                    ("care_dependent", "失能"),
                    ("dementia", "失智"),
                    ("extreme_poor", "特困供养"),
                    ("lost_only_child", "失独"),
                    ("childless", "无子女"),
                    ("left_behind", "留守"),
                    ("marginal_needy", "边缘困难"),
                    ("five_guarantee_scattered", "散居五保"),
                    ("five_guarantee_central", "集中供养五保"),
                    ("ability_level:none", "失能等级：能力完好"),
                    ("ability_level:mild", "失能等级：轻度失能"),
                    ("ability_level:moderate", "失能等级：中度失能"),
                    ("ability_level:severe", "失能等级：重度失能"),
                    ("mode:home", "帮扶方式：居家照料"),
                    ("mode:institution", "帮扶方式：入住机构"),
                    ("service_class:free", "服务对象：无偿"),
                    ("service_class:low_paid", "服务对象：低偿"),
                    ("service_class:paid", "服务对象：有偿"),
                    ("service_class:volunteer", "服务对象：志愿"),
                ],
                max_length=30,
            ),
        ),
        migrations.AddIndex(
            model_name="elder",
            index=models.Index(
                condition=models.Q(("merged_into__isnull", False)), fields=["merged_into"], name="elders_merged"
            ),
        ),
        migrations.AddConstraint(
            model_name="contact",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_emergency", True)), fields=("elder",), name="one_contact_for_an_emergency"
            ),
        ),
        migrations.CreateModel(
            name="Unmerge",
            fields=[
                (
                    "merge",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="registry.merge",
                    ),
                ),
                ("reason", models.CharField(max_length=200)),
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
        ),
    ]
