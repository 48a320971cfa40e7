"""The hotline desk (接线台): who rings, what they want, what it costs, and who goes."""
