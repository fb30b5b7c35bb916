"""`custrata load`: what is new or changed in the sources becomes facts; what is there already is left alone."""
