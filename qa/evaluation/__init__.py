"""How good the answers are: question sets in, metrics, rows and dated result files out."""
