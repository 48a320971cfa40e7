"""Drills: break what breaks in a real house, on a copy of it, and count what was lost and what happened twice.

Every drill has a ground of its own: a database cluster that keeps its promises, a small town founded by the verbs of
the desks, and the processes of the demo. Nothing in the product knows of the drills: they kill, delay and cut from
outside.
"""
