"""The interface for machines: the walk under /api/v1, by token, with problems that a program can act on."""
