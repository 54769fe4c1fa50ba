"""What people have, read: tables, pages, exports and help centres, all down to rows."""
