"""What those who write recipes need: the files they may change, where to begin, and what unsaved texts come to."""
