"""Pages of the enterprise's desk, by noun: the work in hand, and the month in points and money."""
