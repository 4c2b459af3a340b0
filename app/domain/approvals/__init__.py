"""How an organisation approves: what votes are bound to, delegations, waivers, and the rules."""
