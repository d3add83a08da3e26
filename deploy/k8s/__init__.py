"""The supported path for operators; what follows from the tables of the code is generated from them."""
