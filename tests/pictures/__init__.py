"""With the real reader of pictures: `make test-pictures` installs the extra for them."""
