"""Live streams: what the outbox tells reaches the screens whose viewer may hear it, as Server-Sent Events."""
