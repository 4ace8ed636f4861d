"""What takes samples: each collector looks at one thing and returns what it found, or says why it could not."""
