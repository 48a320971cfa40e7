"""What our apps change about the commands of Django."""
