"""Networks of many agents at once, with gradients by hand."""
