"""A whole district of seven years: a month that was played, copied in the database over tiles, months and firms."""
