"""Fundamentals: reports, and the ratios known from them."""
