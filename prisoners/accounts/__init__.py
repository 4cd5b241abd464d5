"""How researchers get in: signing in with a second factor, sessions, invitations, limits."""
