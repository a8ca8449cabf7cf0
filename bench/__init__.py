"""How fast we are beside the libraries we stand on, both in the same run: ``make bench``. No part of the tests."""
