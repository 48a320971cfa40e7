"""Why the programme holds data about people, what they agreed to, what they asked for, and when it ends."""
