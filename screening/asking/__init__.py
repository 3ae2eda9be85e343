"""Only the questions that can still change a decision, those first that settle most."""
