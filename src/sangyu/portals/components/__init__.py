"""The design system: layouts, components and figures that every desk shares."""
