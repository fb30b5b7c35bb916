"""One check a file; each is found by its class, whatever the file is called."""
