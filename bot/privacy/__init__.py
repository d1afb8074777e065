"""What is taken out of messages before anything is kept."""
