"""What people write: scenario files, read, checked and resolved."""
