"""Fine-tuning a hosted model on the FAQ and on liked answers: data, job and comparison."""
