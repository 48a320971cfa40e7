"""The back end of the test runs: ours, able to empty tables that the serving log-in may only add to."""
