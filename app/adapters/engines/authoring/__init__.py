"""What somebody else wrote, checked and run by the opa executable within bounds."""
