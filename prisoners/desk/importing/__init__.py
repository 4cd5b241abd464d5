"""Lists of any layout: read, understood, compared with the record, and written in one go."""
