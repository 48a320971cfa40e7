"""What those who run the house see of it: probes, series, and a log in which nobody's name stands."""
