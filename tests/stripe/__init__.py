"""A Stripe of our own for tests: a local server that the real SDK talks to."""
