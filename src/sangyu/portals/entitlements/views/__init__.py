"""Views of the desk of entitlements."""
