"""Who asks, by what somebody else signed: OIDC tokens of trusted issuers."""
