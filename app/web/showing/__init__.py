"""From recorded documents to what a page shows: pure functions, text in, safe markup out."""
