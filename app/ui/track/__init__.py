"""What the Track record page draws."""
