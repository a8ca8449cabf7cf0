"""Which sites there are: the sites file, the list shipped with Gongkai, what is wrong with a row, what to propose."""
