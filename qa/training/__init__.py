"""The recipe that makes the answering model: question sets in, weights and a report out."""
