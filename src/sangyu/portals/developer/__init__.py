"""The developer's desk: which systems are told of what (webhooks), what was pushed to them and what they answered."""
