"""HTTP for those who ask by webhook."""
