"""What a greeting is judged by, beside what every trial is."""
