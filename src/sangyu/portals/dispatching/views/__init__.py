"""Pages of the dispatcher's desk, by noun: the board, and one order."""
