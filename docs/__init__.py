"""The documentation: pages written by hand, and the press that makes all others and prints the site."""
