"""What the result pages show: each topic's tables, figures and sentences, for the one place that is looked at."""
