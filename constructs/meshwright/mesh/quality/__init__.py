"""Rules on data: the language of AWS Glue Data Quality, and what the short forms of the files mean in it."""
