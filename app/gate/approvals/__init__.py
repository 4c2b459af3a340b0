"""What people do about a release: vote, let others vote, waive rules; and what waits for them."""
