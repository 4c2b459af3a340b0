"""What an enforcement point asks about and what it is answered."""
