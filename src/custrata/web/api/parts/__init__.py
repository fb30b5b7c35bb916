"""The operations, a topic a file."""
