"""From sentence to plan and from plan to turn: the planner and the loop around it."""
