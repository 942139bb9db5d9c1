"""News: articles, and the sentiment scores made from them."""
