"""What is kept of conversations, for how long, and how it is forgotten. Everything here is masked before it comes."""
