"""What is let through although a rule objects: waivers, and emergencies."""
