"""Segment models: how a customer's numbers become a class. One model a file; `base` says what a model is."""
