"""The quality audit: what is wrong with a company's sales records, how much, and what it does to the classes."""
