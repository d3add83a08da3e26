"""What we take from others: under which licences, and whether anything is known against it."""
