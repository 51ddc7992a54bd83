"""Work on the rows that the call before left: sort, filter, take, count, sum."""
