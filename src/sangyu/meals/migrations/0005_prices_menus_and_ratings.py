"""What a meal costs at a canteen, what is cooked, how it came to the diner, and what the diner says of it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import sangyu.kit.ids
from sangyu.kit.insert_only import create_sql, drop_sql

TABLES = [
    "meals_pricetable",
    "meals_priceband",
    "meals_sponsorship",
    "meals_menu",
    "meals_dish",
    "meals_saledish",
    "meals_rating",
    "meals_dishcomment",
]


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0009_assessors"),
        ("budget", "0003_sponsors"),
        ("meals", "0004_only_indexes_that_are_asked"),
        ("providers", "0005_change_account"),
        ("registry", "0009_rows_of_an_elder"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Dish",
            fields=[
                (
                    "id",
                    models.UUIDField(default=sangyu.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("n", models.PositiveSmallIntegerField()),
                ("name", models.CharField(max_length=40)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("MEAT", "荤菜"),
                            ("VEGETABLE", "素菜"),
                            ("SOUP", "汤"),
                            ("STAPLE", "主食"),
                            ("OTHER", "其他"),
                        ],
                        max_length=10,
                    ),
                ),
                ("price_fen", models.BigIntegerField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="DishComment",
            fields=[
                (
                    "id",
                    models.UUIDField(default=sangyu.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("comment", models.CharField(max_length=120)),
            ],
        ),
        migrations.CreateModel(
            name="Sponsorship",
            fields=[
                (
                    "id",
                    models.UUIDField(default=sangyu.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("valid_from", models.DateField()),
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
                    "canteen",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="providers.canteen",
                    ),
                ),
                (
                    "sponsor",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="budget.sponsor"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("canteen", "valid_from"), name="one_sponsor_of_a_canteen_from_a_day"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Menu",
            fields=[
                (
                    "id",
                    models.UUIDField(default=sangyu.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("day", models.DateField()),
                ("meal", models.CharField(choices=[("LUNCH", "午餐"), ("DINNER", "晚餐")], max_length=8)),
                ("n", models.PositiveSmallIntegerField()),
                ("sufficient", models.BooleanField(null=True)),
                ("because", models.CharField(blank=True, max_length=200)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="PriceBand",
            fields=[
                (
                    "id",
                    models.UUIDField(default=sangyu.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("age_from", models.PositiveSmallIntegerField()),
                ("price_fen", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="PriceTable",
            fields=[
                (
                    "id",
                    models.UUIDField(default=sangyu.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("valid_from", models.DateField()),
                ("delivery_fee_fen", models.BigIntegerField(default=0)),
                ("basis", models.CharField(max_length=120)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Rating",
            fields=[
                (
                    "id",
                    models.UUIDField(default=sangyu.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("score", models.PositiveSmallIntegerField()),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="SaleDish",
            fields=[
                (
                    "id",
                    models.UUIDField(default=sangyu.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("price_fen", models.BigIntegerField()),
            ],
        ),
        migrations.AddField(
            model_name="dayclose",
            name="delivery_fee_fen",
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="sale",
            name="delivery_fee_fen",
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="sale",
            name="mode",
            field=models.CharField(
                choices=[("DINE_IN", "堂食"), ("DELIVERY", "送餐上门")],
                db_default="DINE_IN",
                default="DINE_IN",
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="sale",
            name="band",
            field=models.CharField(
                choices=[
                    ("AGE_65_74", "65至74周岁"),
                    ("AGE_75_UP", "75周岁及以上"),
                    ("THREE_NO", "三无老人"),
                    ("SEVERE_DISABILITY", "重度残疾"),
                    ("OTHER_SUBSIDISED", "其他补贴对象"),
                    ("UNSUBSIDISED", "无补贴（全价）"),
                ],
                max_length=20,
            ),
        ),
        migrations.AddConstraint(
            model_name="sale",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("delivery_fee_fen", 0),
                    models.Q(("delivery_fee_fen__gt", 0), ("mode", "DELIVERY")),
                    _connector="OR",
                ),
                name="only_a_delivered_meal_has_a_fee",
            ),
        ),
        migrations.AddField(
            model_name="dishcomment",
            name="dish",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="meals.dish"),
        ),
        migrations.AddField(
            model_name="menu",
            name="by",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="menu",
            name="canteen",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="providers.canteen"
            ),
        ),
        migrations.AddField(
            model_name="dish",
            name="menu",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="meals.menu"
            ),
        ),
        migrations.AddField(
            model_name="pricetable",
            name="by",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="pricetable",
            name="canteen",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="providers.canteen"
            ),
        ),
        migrations.AddField(
            model_name="pricetable",
            name="programme",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="access.programme"
            ),
        ),
        migrations.AddField(
            model_name="priceband",
            name="table",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="meals.pricetable"
            ),
        ),
        migrations.AddField(
            model_name="rating",
            name="by",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="rating",
            name="sale",
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="meals.sale"),
        ),
        migrations.AddField(
            model_name="dishcomment",
            name="rating",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="meals.rating"
            ),
        ),
        migrations.AddField(
            model_name="saledish",
            name="dish",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="meals.dish"
            ),
        ),
        migrations.AddField(
            model_name="saledish",
            name="sale",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="meals.sale"
            ),
        ),
        migrations.AddConstraint(
            model_name="menu",
            constraint=models.UniqueConstraint(fields=("canteen", "day", "meal", "n"), name="menus_of_a_meal_in_turn"),
        ),
        migrations.AddConstraint(
            model_name="dish",
            constraint=models.UniqueConstraint(fields=("menu", "n"), name="dishes_of_a_menu_are_numbered"),
        ),
        migrations.AddConstraint(
            model_name="dish",
            constraint=models.UniqueConstraint(fields=("menu", "name"), name="a_dish_stands_once_on_a_menu"),
        ),
        migrations.AddConstraint(
            model_name="dish",
            constraint=models.CheckConstraint(
                condition=models.Q(("price_fen", None), ("price_fen__gt", 0), _connector="OR"),
                name="a_priced_dish_costs_something",
            ),
        ),
        migrations.AddConstraint(
            model_name="pricetable",
            constraint=models.UniqueConstraint(
                fields=("programme", "canteen", "valid_from"), name="one_price_table_from_a_day", nulls_distinct=False
            ),
        ),
        migrations.AddConstraint(
            model_name="pricetable",
            constraint=models.CheckConstraint(
                condition=models.Q(("delivery_fee_fen__gte", 0)), name="a_delivery_fee_is_no_gift"
            ),
        ),
        migrations.AddConstraint(
            model_name="pricetable",
            constraint=models.CheckConstraint(
                condition=models.Q(("basis", ""), _negated=True), name="a_price_table_has_a_basis"
            ),
        ),
        migrations.AddConstraint(
            model_name="priceband",
            constraint=models.UniqueConstraint(fields=("table", "age_from"), name="one_price_for_an_age"),
        ),
        migrations.AddConstraint(
            model_name="priceband",
            constraint=models.CheckConstraint(
                condition=models.Q(("price_fen__gte", 0)), name="a_meal_is_free_at_least"
            ),
        ),
        migrations.AddConstraint(
            model_name="rating",
            constraint=models.CheckConstraint(
                condition=models.Q(("score__gte", 1), ("score__lte", 5)), name="one_to_five_points"
            ),
        ),
        migrations.AddConstraint(
            model_name="dishcomment",
            constraint=models.UniqueConstraint(fields=("rating", "dish"), name="one_comment_on_a_dish"),
        ),
        migrations.AddConstraint(
            model_name="dishcomment",
            constraint=models.CheckConstraint(
                condition=models.Q(("comment", ""), _negated=True), name="a_comment_says_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="saledish",
            constraint=models.UniqueConstraint(fields=("sale", "dish"), name="a_dish_is_chosen_once"),
        ),
        *(migrations.RunSQL(create_sql(table), drop_sql(table)) for table in TABLES),
    ]
