"""What is said of releases in signed statements, by others and by the gate."""
