"""What the processes of one robot share: memory, records, signs of life."""
