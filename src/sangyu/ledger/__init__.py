"""Accounts, holds and transfers: where every fen is, where it came from and what it is promised to."""
