"""When periodic work is due: rhythms of the local calendar, and the moments that they mean."""
