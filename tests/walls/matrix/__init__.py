"""The matrix: every route, every role, every object that is not one's own."""
