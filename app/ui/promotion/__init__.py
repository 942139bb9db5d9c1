"""Parts of the Promotion page."""
