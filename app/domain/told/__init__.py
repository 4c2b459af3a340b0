"""What is known, as the policy input tells it (schemas/policy_input.json)."""
