"""Who hears of decisions, one file each."""
