"""Pages of the till, by noun: one portion after the other, and the canteen's day and month."""
