"""The canonical tables: what a sales record means, whatever system it came from."""
