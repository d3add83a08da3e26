"""What services may say to each other: events, topics, code lists; everything else is generated from them."""
