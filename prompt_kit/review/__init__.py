"""Looks at recipes, prompts and the set-up, and changes nothing."""
