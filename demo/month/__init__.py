"""A month of a course: what an author's pages look like when 400 people have run a notebook.

The errors are real: `mishaps` says what goes wrong for people, `recording` lets it go wrong in a real kernel with the
real hook, and `sessions` has 400 seeded readers run into it, from four weeks ago until now.
"""
