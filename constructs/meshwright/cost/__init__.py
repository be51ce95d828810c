"""What the files cost: estimated from a table of prices and from assumptions, both written out."""
