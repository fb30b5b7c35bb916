"""Looking for customers in a published run: what can be asked of them, conditions, lists a page at a time."""
