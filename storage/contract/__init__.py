"""The contract of the memory, by topic; `storage.repository` puts it together."""
