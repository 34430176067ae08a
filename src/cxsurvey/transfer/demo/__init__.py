"""A made-up company with eighteen months of made-up answers, the same ones whenever it is made on the same day."""
