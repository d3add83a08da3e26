"""Past cases from a CSV file to the inbound topics: each part of `fengqiao import` by itself."""
