"""The tables of this desk that nobody may change or empty."""

INSERT_ONLY_TABLES = ["exchange_desk_ctievent"]
