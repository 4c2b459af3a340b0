"""Facts that follow from evidence: how sure, how fair, how safe, how it compares."""
