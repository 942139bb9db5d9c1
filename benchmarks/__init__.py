"""What the project claims about speed and learning, runnable."""
