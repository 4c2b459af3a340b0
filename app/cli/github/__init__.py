"""Who a command is in a job of GitHub Actions."""
