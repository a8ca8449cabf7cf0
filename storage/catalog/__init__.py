"""What the archive knows, in tables: a view of the objects that can always be made again."""
