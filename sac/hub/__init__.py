"""Versions on the Hugging Face Hub: sending, the card, and what arrives."""
