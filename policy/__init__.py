"""What a locality may change, as data: read once at start, refused with line numbers when it is wrong."""
