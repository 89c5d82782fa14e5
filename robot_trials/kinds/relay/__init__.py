"""The torch relay: take a torch from a giver, carry it along a lane, hand it to a receiver."""
