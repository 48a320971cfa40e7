"""The values everybody speaks in: money, months, periods, places, ids, names. No room may grow here."""
