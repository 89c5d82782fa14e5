"""What a relay does: reach, take over, carry, hand over."""
