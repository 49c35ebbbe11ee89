"""What every bench shares: servers of its own, timing that is fair to both sides, results on file."""
