"""Make a fresh clone ready to run. Standard library only: this code runs before anything is installed."""
