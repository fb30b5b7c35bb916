"""Hostile files, one small builder each, and the program's faces run on them within bounds of time and memory."""
