"""When which site is to be crawled, on whose order, and by whom it is being crawled now. Keeps and answers; the rhythm
is decided by whoever runs the crawls."""
