"""The pages, a topic a file: whatever is registered here has an address."""
