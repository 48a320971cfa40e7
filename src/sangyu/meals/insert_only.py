"""The tables of this room that nobody may change or empty."""

INSERT_ONLY_TABLES = [
    "meals_sale",
    "meals_salecharge",
    "meals_refund",
    "meals_dayclose",
    "meals_pricetable",
    "meals_priceband",
    "meals_sponsorship",
    "meals_menu",
    "meals_dish",
    "meals_saledish",
    "meals_rating",
    "meals_dishcomment",
]
