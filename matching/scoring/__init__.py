"""One post against its candidates: its content, the candidates, and what each scores."""
