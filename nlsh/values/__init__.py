"""The words people use for numbers, sizes, times and kinds of file, made exact.

The model only copies such words out of a sentence; everything here is tested
code that turns the copied words into a value or says that it cannot.
"""
