"""Tables: CSV and workbooks, and whatever else has columns with names."""
