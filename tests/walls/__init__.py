"""Walls: what nobody sees, moves or sends who may not."""
