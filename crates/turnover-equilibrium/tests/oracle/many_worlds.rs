//! Economies drawn.
