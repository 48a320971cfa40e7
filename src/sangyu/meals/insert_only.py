"""The tables of this room that nobody may change or empty."""

INSERT_ONLY_TABLES = ["meals_sale", "meals_salecharge", "meals_refund", "meals_dayclose"]
