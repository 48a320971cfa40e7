"""The views of the settlement room, by noun: months, statements, payments, accounts, budget."""
