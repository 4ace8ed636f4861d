"""What a book gains or loses in scenarios: exposures for what is linear, full revaluation for what is not."""
