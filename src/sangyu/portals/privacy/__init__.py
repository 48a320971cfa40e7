"""The desk of privacy: why data is held, what people agreed to and ask for, who looked, and what was taken away."""
