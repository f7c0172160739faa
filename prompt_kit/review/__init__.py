"""Checks recipes, prompts and the set-up, and shows what a change does to prompts."""
