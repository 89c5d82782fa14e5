"""What a relay is judged by, beside what every trial is."""
