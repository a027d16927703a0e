"""What people read: words, figures, report and command line."""
