"""Tools that know nothing of the kit: files, YAML, words, colours, pages."""
