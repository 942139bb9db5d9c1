"""Holdings, where they come from, and the orders that change them."""
