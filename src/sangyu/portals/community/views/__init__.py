"""Pages of the community window, by noun: the elders of the community, and a registration."""
