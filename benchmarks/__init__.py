"""How fast the kit is, as ratios."""
