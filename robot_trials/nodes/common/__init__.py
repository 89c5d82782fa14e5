"""What every node uses: start and end, parameters, topics, messages."""
