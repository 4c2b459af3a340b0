"""Dashboards: what the gate said lately, drawn from the log."""
