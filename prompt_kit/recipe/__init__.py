"""A recipe: its file, its form, its templates, and the prompt they make."""
