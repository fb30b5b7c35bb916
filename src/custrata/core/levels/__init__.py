"""Levels: the ladder that a scheme declares, and how customers rise and fall on it."""
