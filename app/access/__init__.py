"""Who looks at a page or calls the HTTP interface, and what they may do there."""
