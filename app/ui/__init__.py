"""What pages draw: one folder a page, and what several share."""
