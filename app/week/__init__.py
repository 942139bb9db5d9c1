"""The weekly run: from fresh data to sealed decisions and a digest, once per complete week."""
