"""Prices: the embedded sample, files, Yahoo, and the checks on all of them."""
