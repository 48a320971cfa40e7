"""The desk of registers: what other authorities know, compared each month; and what follows a death."""
