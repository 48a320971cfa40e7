"""The views of the hotline desk, by noun."""
