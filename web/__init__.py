"""Shows the archive: pages for people and the same as JSON. Knows `storage` and `gongkai`, and nothing of crawling."""
