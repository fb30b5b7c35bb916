"""What customers will do: purchase models and what follows from them. Nothing here knows an engine."""
