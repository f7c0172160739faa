"""What was asked, paid and saved: run folders and the ledger."""
