"""Reports that are tables: from a task (or class, or group) to its metrics."""
