"""What the council decides: settings, register, policy, rules as data, the closed words."""
