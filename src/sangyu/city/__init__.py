"""A city in a box: invented people, firms and calls on a real map, always the same for the same scale and seed."""
