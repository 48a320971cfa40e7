"""The tables of this room that nobody may change or empty."""

INSERT_ONLY_TABLES = ["orders_served", "orders_cancellation", "orders_rescheduling"]
