"""The parts of invar-bench: engines as data, programs, measurement, figures, and the reports made of them."""
