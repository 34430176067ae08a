"""Personal links: one invitation asks one person once, with its attribution frozen when it is made."""
