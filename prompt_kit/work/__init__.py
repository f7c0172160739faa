"""Sends prompts, now or as jobs, and keeps the record."""
