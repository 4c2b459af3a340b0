"""The sigstore bundle format itself: read strictly, nothing believed yet."""
