"""Sharing versions on the Hugging Face Hub."""
