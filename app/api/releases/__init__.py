"""HTTP of releases over time: submissions that are completed, and what is so about a release."""
