"""What every kind of trial uses: the blackboard, phases, preflight, walking, looking, standing, a safe end."""
