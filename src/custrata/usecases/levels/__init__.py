"""Levels that live: plan, approve, apply, set by hand, look back."""
