"""The desk of applications: the window where they are taken, and the table where they are approved."""
