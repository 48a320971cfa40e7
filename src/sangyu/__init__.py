"""Sangyu (桑榆): a nursing home without walls, as software."""
