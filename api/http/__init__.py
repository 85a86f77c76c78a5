"""What happens to every request and answer, whatever its route."""
